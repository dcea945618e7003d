# Classical restoration by the name of the degradation alone, for `evaluate --baselines`.
# Reads FOLDER/jobs.tsv: input, output (both below FOLDER), degradation.
import os
import sys

try:
    import cv2
    import numpy as np
    from skimage.restoration import estimate_sigma, richardson_lucy
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)

cv2.setNumThreads(1)


def non_local_means(image):
    sigma = estimate_sigma(image, channel_axis=-1, average_sigmas=True)
    return cv2.fastNlMeansDenoisingColored(image, None, float(sigma), float(sigma), 7, 21)


def gamma(image):
    # To a mean luma of 0.45: an exposure as cameras meter it.
    mean = np.clip(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).mean() / 255, 0.01, 0.99)
    return np.uint8(np.round(255 * (image / 255.0) ** (np.log(0.45) / np.log(mean))))


def clahe(image):
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB)
    lab[:, :, 0] = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(lab[:, :, 0])
    return cv2.cvtColor(lab, cv2.COLOR_LAB2BGR)


def dark_channel(image):
    # He, Sun and Tang 2009, with the guided filter (2010) in the place of soft matting: omega 0.95, window 15, t0 0.1.
    floats = image.astype(np.float32) / 255
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (15, 15))
    dark = cv2.erode(floats.min(axis=2), kernel)
    brightest = np.argsort(dark.ravel())[-max(1, dark.size // 1000):]
    airlight = np.maximum(floats.reshape(-1, 3)[brightest].max(axis=0), 0.1)
    rough = 1 - 0.95 * cv2.erode((floats / airlight).min(axis=2), kernel)
    guide = cv2.cvtColor(floats, cv2.COLOR_BGR2GRAY)
    window = (81, 81)
    mean_i, mean_p = cv2.blur(guide, window), cv2.blur(rough, window)
    a = (cv2.blur(guide * rough, window) - mean_i * mean_p) / (cv2.blur(guide * guide, window) - mean_i ** 2 + 1e-4)
    b = mean_p - a * mean_i
    transmission = np.maximum(cv2.blur(a, window) * guide + cv2.blur(b, window), 0.1)[:, :, None]
    return np.uint8(np.round(255 * np.clip((floats - airlight) / transmission + airlight, 0, 1)))


def deconvolve(image):
    # The kernel is not known: a Gaussian of sigma 1.5, ten iterations.
    line = cv2.getGaussianKernel(11, 1.5)
    kernel = line @ line.T
    planes = [richardson_lucy(image[:, :, c] / 255.0 + 1e-6, kernel, num_iter=10) for c in range(3)]
    return np.uint8(np.round(255 * np.clip(np.stack(planes, axis=2), 0, 1)))


def median(image):
    return cv2.medianBlur(image, 5)


def bilateral(image):
    return cv2.bilateralFilter(image, 5, 20, 3)


METHODS = {
    "clear": [],
    "noise": [non_local_means],
    "rain": [median],
    "snow": [median],
    "haze": [dark_channel],
    "blur": [deconvolve],
    "low-light": [gamma, clahe],
    "compression": [bilateral],
    "low-light+noise": [gamma, clahe, non_local_means],
    "low-light+haze": [gamma, dark_channel],
    "low-light+rain": [median, gamma, clahe],
    "haze+rain": [dark_channel, median],
    "haze+snow": [dark_channel, median],
}

folder = sys.argv[1]
with open(os.path.join(folder, "jobs.tsv"), encoding="utf-8") as jobs:
    for job in jobs:
        source, target, degradation = job.rstrip("\n").split("\t")
        image = cv2.imread(os.path.join(folder, source), cv2.IMREAD_COLOR)
        for method in METHODS[degradation]:
            image = method(image)
        if not cv2.imwrite(os.path.join(folder, target), image):
            sys.exit(f"cannot write {target}")
