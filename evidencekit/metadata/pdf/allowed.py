"""Which keys a copy may have in each kind of dictionary (ISO 32000-2, the tables named).

What is not here goes: dates, names of people and programs, identifiers, data of editors, files
inside the file, scripts, actions, layers, structure, alternatives.
"""

from collections.abc import Mapping
from types import MappingProxyType

_GEOMETRY = frozenset({"/MediaBox", "/CropBox", "/Rotate", "/UserUnit"})
_FORM = frozenset({"/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Group", "/Resources"})
_IMAGE = frozenset(
    {
        "/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/ImageMask",
        "/Mask", "/SMask", "/Decode", "/Interpolate", "/SMaskInData", "/Intent", "/Matte",
    }
)  # fmt: skip
_FONT = frozenset(
    {
        "/Type", "/Subtype", "/BaseFont", "/FirstChar", "/LastChar", "/Widths", "/Encoding",
        "/ToUnicode", "/FontDescriptor", "/DescendantFonts", "/CIDSystemInfo", "/CIDToGIDMap",
        "/DW", "/W", "/DW2", "/W2", "/CharProcs", "/FontMatrix", "/FontBBox", "/Resources",
    }
)  # fmt: skip
_DESCRIPTOR = frozenset(
    {
        "/Type", "/FontName", "/FontStretch", "/FontWeight", "/Flags", "/FontBBox", "/ItalicAngle",
        "/Ascent", "/Descent", "/Leading", "/CapHeight", "/XHeight", "/StemV", "/StemH",
        "/AvgWidth", "/MaxWidth", "/MissingWidth", "/FontFile", "/FontFile2", "/FontFile3",
    }
)  # fmt: skip
_STATE = frozenset(
    {
        "/Type", "/LW", "/LC", "/LJ", "/ML", "/D", "/RI", "/OP", "/op", "/OPM", "/Font", "/BG",
        "/BG2", "/UCR", "/UCR2", "/TR", "/TR2", "/HT", "/FL", "/SM", "/SA", "/BM", "/SMask", "/CA",
        "/ca", "/AIS", "/TK",
    }
)  # fmt: skip
KEYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "page": _GEOMETRY,
        "resources": frozenset(
            {"/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading"}
        ),
        "form": _FORM,
        "image": _IMAGE,
        "font": _FONT,
        "descriptor": _DESCRIPTOR,
        "font file": frozenset({"/Length1", "/Length2", "/Length3", "/Subtype"}),
        "system": frozenset({"/Registry", "/Ordering", "/Supplement"}),
        "encoding": frozenset({"/Type", "/BaseEncoding", "/Differences"}),
        "state": _STATE,
        "soft mask": frozenset({"/Type", "/S", "/G", "/BC", "/TR"}),
        "group": frozenset({"/Type", "/S", "/CS", "/I", "/K"}),
        "pattern": frozenset(
            {
                "/Type",
                "/PatternType",
                "/PaintType",
                "/TilingType",
                "/BBox",
                "/XStep",
                "/YStep",
                "/Resources",
                "/Matrix",
                "/Shading",
                "/ExtGState",
            }
        ),
        "shading": frozenset(
            {
                "/ShadingType",
                "/ColorSpace",
                "/Background",
                "/BBox",
                "/AntiAlias",
                "/Domain",
                "/Matrix",
                "/Function",
                "/Coords",
                "/Extend",
                "/BitsPerCoordinate",
                "/BitsPerComponent",
                "/BitsPerFlag",
                "/Decode",
                "/VerticesPerRow",
            }
        ),
        "function": frozenset(
            {
                "/FunctionType",
                "/Domain",
                "/Range",
                "/Size",
                "/BitsPerSample",
                "/Order",
                "/Encode",
                "/Decode",
                "/C0",
                "/C1",
                "/N",
                "/Functions",
                "/Bounds",
            }
        ),
        "profile": frozenset({"/N", "/Alternate", "/Range"}),
        "colour numbers": frozenset({"/WhitePoint", "/BlackPoint", "/Gamma", "/Matrix", "/Range"}),
        "colorants": frozenset({"/Subtype"}),
        "halftone": frozenset(
            {"/Type", "/HalftoneType", "/Frequency", "/Angle", "/SpotFunction", "/AccurateScreens"}
        ),
        "cmap": frozenset({"/Type", "/CMapName", "/WMode", "/UseCMap", "/CIDSystemInfo"}),
    }
)
INSIDE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("resources", "/Font"): "each font",
        ("resources", "/XObject"): "each object",
        ("resources", "/ExtGState"): "each state",
        ("resources", "/ColorSpace"): "each colour",
        ("resources", "/Pattern"): "each pattern",
        ("resources", "/Shading"): "each shading",
        ("form", "/Resources"): "resources",
        ("form", "/Group"): "group",
        ("image", "/ColorSpace"): "colour",
        ("image", "/Mask"): "object",
        ("image", "/SMask"): "object",
        ("font", "/FontDescriptor"): "descriptor",
        ("font", "/DescendantFonts"): "font",
        ("font", "/CIDSystemInfo"): "system",
        ("font", "/Encoding"): "encoding",
        ("font", "/ToUnicode"): "cmap",
        ("font", "/CIDToGIDMap"): "map",
        ("font", "/CharProcs"): "each drawing",
        ("font", "/Resources"): "resources",
        ("descriptor", "/FontFile"): "font file",
        ("descriptor", "/FontFile2"): "font file",
        ("descriptor", "/FontFile3"): "font file",
        ("state", "/SMask"): "soft mask",
        ("state", "/Font"): "font",
        ("state", "/HT"): "halftone",
        ("state", "/TR"): "function",
        ("state", "/TR2"): "function",
        ("state", "/BG"): "function",
        ("state", "/BG2"): "function",
        ("state", "/UCR"): "function",
        ("state", "/UCR2"): "function",
        ("soft mask", "/G"): "object",
        ("soft mask", "/TR"): "function",
        ("group", "/CS"): "colour",
        ("pattern", "/Resources"): "resources",
        ("pattern", "/Shading"): "shading",
        ("pattern", "/ExtGState"): "state",
        ("shading", "/ColorSpace"): "colour",
        ("shading", "/Function"): "function",
        ("function", "/Functions"): "function",
        ("profile", "/Alternate"): "colour",
        ("system", "/Registry"): "system text",
        ("system", "/Ordering"): "system text",
        ("cmap", "/CIDSystemInfo"): "system",
        ("cmap", "/UseCMap"): "cmap",
    }
)
"""What stands under a key of a kind; ``each`` is a dictionary of them by name. Under all other
allowed keys stand numbers and names."""
