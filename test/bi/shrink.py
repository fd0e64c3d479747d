#!/usr/bin/env python3
"""shrink.py FROM TO: a screenshot with a palette of 128 colours, without the head of the page."""

import sys

from PIL import Image, ImageChops

picture = Image.open(sys.argv[1]).convert("RGB")
# Below the last chart there is nothing but the colour of the page.
empty = Image.new("RGB", picture.size, picture.getpixel((2, picture.height - 2)))
bottom = ImageChops.difference(picture, empty).getbbox()[3]
picture.crop((0, 62, picture.width, bottom + 10)).quantize(128, dither=Image.Dither.NONE).save(sys.argv[2], optimize=True)
