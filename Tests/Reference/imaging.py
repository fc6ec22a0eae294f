"""Writes the fixtures of FoveaImagingTests: tiny images in every format, and the pixels that Pillow sees in them.

Run:  pip install pillow numpy;  python Tests/Reference/imaging.py
Needs libturbojpeg.so.0 (Debian's libturbojpeg0) and ImageMagick's convert, for two JPEGs that Pillow cannot write.

expected.json maps a file's name to `width`, `height` and, in base64, `rgb` (convert("RGB")), `grey` (convert("L")) and
`unchanged` with `channels` (or the name of the one that it equals). Orientation is applied. `scaled` holds what a JPEG gives when a smaller size will do.
"""

import base64
import ctypes
import io
import json
import pathlib
import struct
import subprocess
import zlib

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "FoveaImagingTests" / "Fixtures"
expected = {}


def picture(width, height, channels, seed=0):
    """Gradients with a disc and a little noise; no two corners are alike, so a wrong turn shows."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 255 / width, y * 255 / height, 255 - (x + y) * 255 / (width + height), 40 + x * 200 / width]
    image = np.stack(planes[:channels], -1)
    image[(x - width * 0.3) ** 2 + (y - height * 0.6) ** 2 < (height * 0.25) ** 2] = [230, 40, 90, 128][:channels]
    return np.clip(image + rng.normal(0, 6, image.shape), 0, 255).astype(np.uint8)


def encode(pixels):
    return base64.b64encode(np.ascontiguousarray(pixels, np.uint8).tobytes()).decode()


def expect(name, unchanged=None, **overrides):
    """Notes what Pillow decodes from the file that was just written."""
    image = ImageOps.exif_transpose(Image.open(FOLDER / name))
    if unchanged is None:
        unchanged = np.array(image.convert({"1": "L", "LA": "RGBA", "P": "RGB", "CMYK": "RGB"}.get(image.mode, image.mode)))
    entry = {
        "width": image.width,
        "height": image.height,
        "channels": 1 if unchanged.ndim == 2 else unchanged.shape[2],
        "unchanged": encode(unchanged),
        "rgb": encode(np.array(image.convert("RGB"))),
        "grey": encode(np.array(image.convert("RGB").convert("L"))),
    }
    entry.update(overrides)
    for same in ("rgb", "grey"):
        if entry[same] == entry["unchanged"]:
            entry["unchanged"] = same
    expected[name] = entry


def save(name, pixels, **options):
    Image.fromarray(pixels).save(FOLDER / name, **options)
    expect(name)


def png(name, width, height, depth, color_type, rows, interlaced=False, chunks=()):
    """A PNG of a kind that Pillow does not write. `rows` are the filtered passes, ready to be deflated."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    for kind, content in chunks:
        data += chunk(kind, content)
    data += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (FOLDER / name).write_bytes(data)


def plain_rows(samples):
    """Rows of big-endian 16-bit samples or of bytes, each with the filter byte 0."""
    kind = ">u2" if samples.dtype == np.uint16 else "u1"
    return b"".join(b"\0" + row.astype(kind).tobytes() for row in samples)


def jpegs():
    rgb = picture(40, 30, 3)
    for name, subsampling in [("444", 0), ("422", 1), ("420", 2)]:
        save(f"rgb-{name}.jpg", rgb, quality=90, subsampling=subsampling)
    save("progressive.jpg", rgb, quality=85, progressive=True)
    save("odd-size.jpg", picture(37, 23, 3, seed=1), quality=90)
    save("adobe-rgb.jpg", rgb, quality=90, keep_rgb=True)
    save("grey.jpg", rgb[:, :, 0], quality=90)
    cmyk = picture(24, 16, 4, seed=2)
    Image.fromarray(cmyk, "CMYK").save(FOLDER / "cmyk.jpg", quality=95)
    expect("cmyk.jpg")
    (FOLDER / "ycck.jpg").write_bytes(ycck(255 - cmyk))
    expect("ycck.jpg")

    # TurboJPEG has no name for chroma that is a third as wide as luma.
    command = ["convert", "ppm:-", "-sampling-factor", "3x1", "-quality", "90", FOLDER / "unusual-sampling.jpg"]
    subprocess.run(command, input=b"P6 40 30 255\n" + rgb.tobytes(), check=True)
    expect("unusual-sampling.jpg")

    large = picture(81, 61, 3, seed=3)
    save("scaled.jpg", large, quality=80)
    scaled = {}
    for width, height in [(81, 61), (41, 30), (40, 30), (25, 25), (20, 15), (10, 7), (1, 1)]:
        image = Image.open(FOLDER / "scaled.jpg")
        image.draft("RGB", (width, height))
        scaled[f"{width}x{height}"] = {"width": image.size[0], "height": image.size[1], "rgb": encode(np.array(image))}
    expected["scaled.jpg"]["scaled"] = scaled

    upright = picture(20, 12, 3, seed=4)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"orientation-{orientation}.jpg", upright, quality=95, subsampling=0, exif=exif)
    little_endian = b"Exif\0\0II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    save("orientation-little-endian.jpg", upright, quality=95, subsampling=0, exif=little_endian)


def ycck(inks):
    """Compresses `[H, W, 4]` inks as YCCK through TurboJPEG."""
    library = ctypes.CDLL("libturbojpeg.so.0")
    library.tjInitCompress.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.tjInitCompress())
    buffer, size = ctypes.c_void_p(), ctypes.c_ulong()
    height, width, _ = inks.shape
    status = library.tjCompress2(
        handle, np.ascontiguousarray(inks).ctypes.data_as(ctypes.c_void_p), width, 0, height, 11,
        ctypes.byref(buffer), ctypes.byref(size), 0, 95, 4096)
    assert status == 0
    return ctypes.string_at(buffer, size.value)


def pngs():
    rgba = picture(20, 14, 4, seed=5)
    rgb, grey = rgba[:, :, :3].copy(), rgba[:, :, 0].copy()
    save("grey.png", grey)
    save("rgb.png", rgb)
    save("rgba.png", rgba)
    save("grey-alpha.png", rgba[:, :, [0, 3]].copy())
    save("one-bit.png", grey > 100)
    palette = Image.fromarray(rgb).quantize(13)
    palette.save(FOLDER / "palette.png")
    expect("palette.png")
    palette.save(FOLDER / "palette-transparent.png", transparency=3)
    expect("palette-transparent.png", unchanged=np.array(Image.open(FOLDER / "palette-transparent.png").convert("RGBA")))

    information = PngImagePlugin.PngInfo()
    information.add(b"gAMA", struct.pack(">I", 100000))  # linear light: readers of training data do not care
    save("gamma.png", rgb, pnginfo=information)
    exif = Image.Exif()
    exif[0x0112] = 8
    save("orientation-8.png", rgb, exif=exif)

    four_bits = grey >> 4
    packed = np.stack([four_bits[:, 0::2] << 4 | four_bits[:, 1::2]], -1)[:, :, 0].astype(np.uint8)
    png("four-bit.png", 20, 14, 4, 0, plain_rows(packed))
    expect("four-bit.png")
    deep = (rgba.astype(np.uint16) << 8) | np.random.default_rng(6).integers(0, 256, rgba.shape, dtype=np.uint16)
    png("rgb-16.png", 20, 14, 16, 2, plain_rows(deep[:, :, :3].reshape(14, -1)))
    expect("rgb-16.png")
    png("rgba-16.png", 20, 14, 16, 6, plain_rows(deep.reshape(14, -1)))
    expect("rgba-16.png")
    # Pillow clips 16-bit grey at 255 when it converts; the high byte is what it takes of 16-bit colours.
    png("grey-16.png", 20, 14, 16, 0, plain_rows(deep[:, :, 0]))
    expect("grey-16.png", unchanged=grey, rgb=encode(np.stack([grey] * 3, -1)), grey=encode(grey))
    key = struct.pack(">HHH", *(int(v) for v in rgb[3, 4]))
    png("color-key.png", 20, 14, 8, 2, plain_rows(rgb.reshape(14, -1)), chunks=[(b"tRNS", key)])
    expect("color-key.png", unchanged=np.dstack([rgb, np.where((rgb == rgb[3, 4]).all(-1), 0, 255)]).astype(np.uint8))
    # Adam7: where each pass begins, and its steps.
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    interlaced = b"".join(plain_rows(rgb[y::dy, x::dx].reshape(len(rgb[y::dy]), -1)) for x, y, dx, dy in passes)
    png("interlaced.png", 20, 14, 8, 2, interlaced, interlaced=True)
    expect("interlaced.png")


def webps():
    rgba = picture(22, 15, 4, seed=7)
    save("lossless.webp", rgba[:, :, :3].copy(), lossless=True)
    save("lossless-alpha.webp", rgba, lossless=True, exact=True)
    save("lossy.webp", rgba[:, :, :3].copy(), quality=80)
    save("lossy-alpha.webp", rgba, quality=80)
    exif = Image.Exif()
    exif[0x0112] = 6
    save("orientation-6.webp", rgba[:, :, :3].copy(), lossless=True, exif=exif)
    frames = [Image.fromarray(picture(8, 8, 3, seed=s)) for s in (8, 9)]
    frames[0].save(FOLDER / "animated.webp", save_all=True, append_images=frames[1:], lossless=True)


def pnms():
    rgb = picture(11, 7, 3, seed=10)
    grey, bits = rgb[:, :, 0], (rgb[:, :, 1] > 100).astype(np.uint8)
    deep = rgb.astype(np.uint16) * 256 + 77

    def text(samples):
        return "\n".join(" ".join(str(v) for v in row) for row in samples.reshape(7, -1)).encode() + b"\n"

    files = {
        "plain.pbm": b"P1\n# a comment\n11 7\n" + text(bits),
        "plain.pgm": b"P2\n11 # width\n7\n255\n" + text(grey),
        "plain.ppm": b"P3\n11 7\n100\n" + text((rgb.astype(int) * 100 // 255)),
        "binary.pbm": b"P4\n11 7\n" + np.packbits(bits, axis=1).tobytes(),
        "binary.pgm": b"P5\n#x\n11 7 255\n" + grey.tobytes(),
        "binary.ppm": b"P6 11 7 255\n" + rgb.tobytes(),
        "thousand.ppm": b"P6 11 7 1000\n" + (rgb.astype(int) * 1000 // 255).astype(">u2").tobytes(),
        "sixteen.ppm": b"P6 11 7 65535\n" + deep.astype(">u2").tobytes(),
    }
    for name, data in files.items():
        (FOLDER / name).write_bytes(data)
        expect(name)
    (FOLDER / "sixteen.pgm").write_bytes(b"P5 11 7 65535\n" + deep[:, :, 0].astype(">u2").tobytes())
    scaled = np.round(deep[:, :, 0] / 65535 * 255)  # Pillow's convert("L") clips these, as it does in PNG
    expect("sixteen.pgm", unchanged=scaled, rgb=encode(np.stack([scaled] * 3, -1)), grey=encode(scaled))


FOLDER.mkdir(parents=True, exist_ok=True)
jpegs()
pngs()
webps()
pnms()
(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
