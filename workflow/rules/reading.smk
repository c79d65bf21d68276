# Reads config.yaml before Snakemake does, whose message on a mistake in it names no line.
from pathlib import Path

from snakemake.exceptions import WorkflowError

from workflow.reading import ReadingError, read

if Path("config.yaml").exists():
    try:
        read("config.yaml")
    except ReadingError as error:
        raise WorkflowError(f"The configuration cannot be used.\n{error}")
