"""Draw where the same starts end: by the network, and by the exact field."""

from iadb_core.data.pictures import save_png
from iadb_core.drawing.frames import painter
from iadb_core.drawing.sheets import side_by_side
from iadb_core.system.files import load_array, read_json
from iadb_core.system.progress import job

SIZE = 384

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} map picture"):
    settings, ends = snakemake.params.settings, load_array(snakemake.input.ends)
    figures = {figure["metric"]: figure["value"] for figure in read_json(snakemake.input.map)["figures"]}
    draw = painter(ends[0], settings["source"], settings["target"], SIZE)
    titles = ["starts", "where the network carries them", "where the exact field carries them"][: len(ends)]
    caption = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}: "
    caption += f"the same {ends.shape[1]:,} starts, in the same colours."
    if len(ends) == 3:
        caption += (
            " Right is what training aims at, without a network. Points between the parts of the target, and colours "
            "in another place than on the right, are the network's errors; in the mean (RMS) "
            f"a coordinate is {figures['distance to the exact map (RMS)']:.3f} of the width from where it belongs."
        )
    save_png(snakemake.output.picture, side_by_side([draw(points) for points in ends], titles, len(ends), caption))
