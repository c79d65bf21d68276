from snakemake.utils import min_version

min_version("9.0")


include: "workflow/rules/reading.smk"


configfile: "config.yaml"


report: "workflow/report/landing.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/common_sources.smk"
include: "workflow/rules/common_resources.smk"
include: "workflow/rules/common_samples.smk"
include: "workflow/rules/common_sampling.smk"
include: "workflow/rules/common_pairs.smk"
include: "workflow/rules/common_evaluation.smk"
include: "workflow/rules/common_compare.smk"
include: "workflow/rules/common_pages.smk"
include: "workflow/rules/common_report.smk"
include: "workflow/rules/samples.smk"
include: "workflow/rules/pairs.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/sample.smk"
include: "workflow/rules/render.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/theorem.smk"
include: "workflow/rules/published.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/pictures.smk"
include: "workflow/rules/pages.smk"
include: "workflow/rules/success.smk"


rule all:
    default_target: True
    input:
        default_targets,
    localrule: True


rule evaluate:
    input:
        evaluation_targets,
    localrule: True
