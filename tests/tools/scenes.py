"""Pictures that look like something, made by arithmetic: the same on every machine."""

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def scene(seed: int, *, width: int = 320, height: int = 240) -> Picture:
    """Shapes with soft edges on a slope of light; whole numbers only."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.int64)
    picture = np.zeros((height, width, 3), dtype=np.int64)
    for channel in range(3):
        picture[:, :, channel] = (
            (columns * (channel + 1) + rows * (3 - channel)) * 120 // (width + height)
        )
    state = seed * 7919 + 1
    for _shape in range(12):
        numbers = []
        for _number in range(6):
            state = (state * 1103515245 + 12345) % 2**31
            numbers.append(state >> 8)
        x, y = numbers[0] % width, numbers[1] % height
        radius = 12 + numbers[2] % 50
        inside = np.maximum(radius**2 - (columns - x) ** 2 - (rows - y) ** 2, 0) * 255 // radius**2
        for channel in range(3):
            colour = numbers[3 + channel] % 256
            picture[:, :, channel] += (colour - picture[:, :, channel]) * inside // 255
    return np.clip(picture, 0, 255).astype(np.uint8)


def flat(value: int = 128) -> Picture:
    return np.full((240, 320, 3), value, dtype=np.uint8)
