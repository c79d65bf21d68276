"""The metrics: what each is called, which way is better, and the network whose features it takes."""

from typing import Literal, NamedTuple

CLASSIFIER, INCEPTION = "classifier", "Inception"


class Metric(NamedTuple):
    """key: a short name, for code. title: in tables and pictures. better: which way; None where neither is."""

    key: str
    title: str
    better: Literal["lower", "higher"] | None = "lower"
    extractor: str | None = None


W2 = Metric("w2", "W2 (with root)")
ENERGY = Metric("energy", "energy distance")
SLICED_W2 = Metric("sliced_w2", "sliced W2 (with root)")
MMD = Metric("mmd", "MMD (RBF, median bandwidth)")
TOTAL_VARIATION = Metric("total_variation", "total variation")

SLICED_W2_PIXELS = Metric("sliced_w2_pixels", "sliced W2 of pixels (with root)")
FRECHET = {
    name: Metric(f"frechet_{name.lower()}", f"Fréchet distance ({name})", "lower", name)
    for name in (CLASSIFIER, INCEPTION)
}
KID = {
    name: Metric(f"kid_{name.lower()}", f"kernel distance, KID ({name})", "lower", name)
    for name in (CLASSIFIER, INCEPTION)
}
PRECISION = Metric("precision", "precision", "higher", CLASSIFIER)
RECALL = Metric("recall", "recall", "higher", CLASSIFIER)
DENSITY = Metric("density", "density", "higher", CLASSIFIER)
COVERAGE = Metric("coverage", "coverage", "higher", CLASSIFIER)
CLASS_ENTROPY = Metric("class_entropy", "class entropy", "higher", CLASSIFIER)
CONFIDENCE = Metric("confidence", "confidence", "higher", CLASSIFIER)
CLASS_W2 = Metric("class_w2", "W2 to the class that was asked for (with root), mean of the classes")
CLASS_FIELD_ERROR = Metric("class_field_error", "field error of a class along trajectories (RMS)")
CLASS_EXACT_MAP = Metric("class_exact_map", "distance to the exact map of a class (RMS)")
CLASS_ACCURACY = Metric("class_accuracy", "seen as the class that was asked for", "higher", CLASSIFIER)
PSNR = Metric("psnr", "PSNR (dB)", "higher")
SSIM = Metric("ssim", "SSIM", "higher")
SPREAD = Metric("spread", "spread of the answers to one image (RMS)", None)
DISAGREEMENT = Metric("disagreement", "disagreement with what was seen (RMS)")
NEAREST_TRAINING = Metric("nearest_training", "distance to the nearest training image", None)
NEARER_SHARE = Metric("nearer_share", "share nearer to training images than 95% of held-out ones", None)

LOSS = Metric("loss", "deblending loss")
EXCESS_LOSS = Metric("excess_loss", "excess loss")
TRANSPORT_COST = Metric("transport_cost", "transport cost (squared)", None)
PATH_ENERGY = Metric("path_energy", "path energy (squared)", None)
STRAIGHTNESS = Metric("straightness", "straightness (squared)")
PATH_ENERGY_ERROR = Metric("path_energy_error", "normalised path energy error")
ROUND_TRIP = Metric("round_trip", "round-trip error (RMS)")
FIELD_ERROR = Metric("field_error", "field error along trajectories (RMS)")
POSTERIOR_MEAN_ERROR = Metric("posterior_mean_error", "posterior mean error along trajectories (RMS)")
NLL = Metric("nll", "negative log-likelihood (nats)")
KL = Metric("kl", "Kullback–Leibler divergence of the model (nats)")
KL_EXACT = Metric("kl_exact", "Kullback–Leibler divergence of the exact field's flow (nats)")
KL_KERNELS = Metric("kl_kernels", "Kullback–Leibler divergence of a kernel density estimate (nats)")
KL_REVERSE = Metric("kl_reverse", "reverse Kullback–Leibler divergence, where the density is not zero (nats)")
OUTSIDE = Metric("outside", "share of samples where the density is zero")
BITS = Metric("bits", "bits a dimension")
BITS_NORMAL = Metric("bits_normal", "bits a dimension under a normal distribution", None)
LIKELIHOOD_ERROR = Metric("likelihood_error", "change of the log-likelihood with steps half as long (nats, RMS)")
BITS_ERROR = Metric("bits_error", "change of the bits a dimension with steps half as long (RMS)")
MEAN = Metric("mean", "mean of the ends", None)
VARIANCE = Metric("variance", "variance of the ends, mean of the coordinates", None)
EXACT_MAP = Metric("exact_map", "distance to the exact map (RMS)")
