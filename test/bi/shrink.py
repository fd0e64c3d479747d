#!/usr/bin/env python3
"""shrink.py FROM TO: a screenshot with a palette of 128 colours, without the head of the page."""

import sys

from PIL import Image

picture = Image.open(sys.argv[1]).convert("RGB")
picture.crop((0, 62, picture.width, picture.height)).quantize(128, dither=Image.Dither.NONE).save(sys.argv[2], optimize=True)
