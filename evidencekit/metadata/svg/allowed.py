"""What may stand in a copy of a drawing (SVG 1.1, SVG 2, Filter Effects 1, CSS Masking 1).

Lists of names, not rules: an element that is not among them is never guessed at.
"""

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"

_DRAWN = """svg g a switch use path rect circle ellipse line polyline polygon text tspan textPath
image"""
_DEFINING = """defs symbol clipPath mask marker pattern linearGradient radialGradient filter"""
DEFINING = frozenset(_DEFINING.split())
"""Not drawn where they stand, only where something refers to them."""
_INNER = """stop feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix
feDiffuseLighting feDisplacementMap feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset feSpecularLighting feTile
feTurbulence feDistantLight fePointLight feSpotLight"""
ELEMENTS = frozenset(_DRAWN.split()) | DEFINING | frozenset(_INNER.split())
TEXT_ELEMENTS = frozenset({"text", "tspan", "textPath", "a"})
"""Letters in them are drawn, where a ``text`` is around them."""
_LINKED = "use image feImage textPath linearGradient radialGradient pattern filter"
LINKED = frozenset(_LINKED.split())
"""What takes something from where its ``href`` leads."""
SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
DROPPED = {
    "title": "alt-text", "desc": "alt-text", "metadata": "metadata", "script": "actions",
    "style": "settings", "view": "settings", "cursor": "settings", "handler": "actions",
    "listener": "actions",
}  # fmt: skip
"""Never drawn, whatever stands in them; a style sheet is written apart."""

_PROPERTIES = """alignment-baseline backdrop-filter background background-color baseline-shift
clip clip-path clip-rule color color-interpolation color-interpolation-filters color-rendering cx
cy d direction display dominant-baseline fill fill-opacity fill-rule filter flood-color
flood-opacity font font-family font-feature-settings font-kerning font-size font-size-adjust
font-stretch font-style font-synthesis font-variant font-variant-alternates font-variant-caps
font-variant-east-asian font-variant-ligatures font-variant-numeric font-variant-position
font-variation-settings font-weight glyph-orientation-horizontal glyph-orientation-vertical
height image-rendering inline-size isolation kerning letter-spacing lighting-color line-height
marker marker-end marker-mid marker-start mask mask-type mix-blend-mode opacity overflow
overflow-x overflow-y paint-order r rx ry shape-inside shape-margin shape-padding shape-rendering
shape-subtract stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap
stroke-linejoin stroke-miterlimit stroke-opacity stroke-width tab-size text-align text-anchor
text-decoration text-decoration-color text-decoration-line text-decoration-style
text-decoration-thickness text-indent text-orientation text-overflow text-rendering text-shadow
text-transform transform transform-box transform-origin unicode-bidi vector-effect vertical-align
visibility white-space width word-spacing writing-mode x y"""
PROPERTIES = frozenset(_PROPERTIES.split())
"""What styles may set."""
_WITHOUT_EFFECT = """block-progression filter-blend-mode filter-gaussianblur-deviation border
box-sizing cursor enable-background margin max-width max-height padding pointer-events
solid-color solid-opacity text-decoration-skip-ink touch-action transition user-select
will-change"""
WITHOUT_EFFECT = frozenset(_WITHOUT_EFFECT.split())
"""Properties that a drawing does not follow, or only where somebody touches it."""
_GEOMETRY = """x y x1 y1 x2 y2 cx cy r rx ry fx fy fr width height viewBox preserveAspectRatio d
path points pathLength transform gradientTransform patternTransform gradientUnits spreadMethod
patternUnits patternContentUnits clipPathUnits maskUnits maskContentUnits filterUnits
primitiveUnits markerUnits markerWidth markerHeight refX refY orient offset dx dy rotate textLength
lengthAdjust startOffset method spacing side lang"""
_OF_FILTERS = """in in2 result filterRes stdDeviation edgeMode mode type values tableValues slope
intercept amplitude exponent operator k1 k2 k3 k4 order kernelMatrix divisor bias targetX targetY
kernelUnitLength preserveAlpha surfaceScale diffuseConstant specularConstant specularExponent
azimuth elevation z pointsAtX pointsAtY pointsAtZ limitingConeAngle scale xChannelSelector
yChannelSelector radius baseFrequency numOctaves seed stitchTiles"""
ATTRIBUTES = (
    frozenset(_GEOMETRY.split())
    | frozenset(_OF_FILTERS.split())
    | (PROPERTIES - {"background", "background-color", "backdrop-filter", "font"})
)
_SOURCES = """SourceGraphic SourceAlpha BackgroundImage BackgroundAlpha FillPaint StrokePaint"""
SOURCES = frozenset(_SOURCES.split())
"""What a filter may begin with; any other name is somebody's own (Filter Effects 1 §9)."""

_WORDS = """accumulate add after-edge all all-petite-caps all-scroll all-small-caps alphabetic
alpha alternate always anonymous arcs arithmetic atop auto auto-start-reverse backwards baseline
before before-edge bevel bidi-override block blink bold bolder border-box both bottom
break-spaces butt caption capitalize center central clip closest-side collapse color color-burn
color-dodge common-ligatures condensed contain content-box context-fill context-stroke contextual
contents cover crisp-edges crispEdges currentColor currentcolor darken dashed default
diagonal-fractions difference dilate discrete display-p3 dotted double duplicate ellipsis embed
end erode evenodd exact exclusion expanded extra-condensed extra-expanded farthest-side fill
fill-box fixed fixed-position flat flex fractalNoise fuchsia full-width gamma geometricPrecision
hanging hard-light hidden historical-ligatures horizontal horizontal-tb hue hueRotate icon
identity ideographic in inherit initial inline inline-block inline-flex inset inter-character
isolate isolate-override italic jis78 justify keep-all large larger left lighter lighten
limegreen line line-through linear linearRGB lining-nums list-item loose lower lowercase lr lr-tb
lrb ltr luminance luminanceToAlpha magnify manual markers match-parent mathematical matrix medium
menu message-box middle miter miter-clip mixed monospace move multiply nearest new no-change
no-clip no-common-ligatures no-contextual no-discretionary-ligatures no-drop
no-historical-ligatures noStitch non-rotation non-scaling-size non-scaling-stroke none nonzero
normal nowrap objectBoundingBox oblique off oldstyle-nums on open optimizeLegibility
optimizeQuality optimizeSpeed optional ordinal out outside over overlay overline pad paint
petite-caps pixelated plain plaintext pre pre-line pre-wrap preserve proportional-nums reflect
repeat reset-size revert rgb right rl rl-tb round ruby saturate saturation scale-down screen
scroll semi-condensed semi-expanded separate sideways sideways-lr sideways-rl slashed-zero slice
small small-caps small-caption smaller smooth soft-light solid space spacing spacingAndGlyphs
srgb sRGB stacked-fractions start static stitch stretch strict stroke stroke-box strokeWidth sub
super swash table table-cell tabular-nums tb tb-rl tbrl text text-after-edge text-before-edge
text-bottom text-top thick thin titling-caps top transparent trim true false turbulence
ultra-condensed ultra-expanded under underline unicase unset uppercase upright use-script
userSpaceOnUse vertical vertical-lr vertical-rl view-box visible visibleFill visiblePainted
visibleStroke wavy wrap x-large x-small xMaxYMax xMaxYMid xMaxYMin xMidYMax xMidYMid xMidYMin
xMinYMax xMinYMid xMinYMin xx-large xx-small xor meet A R G B defer absolute break-word
plus-lighter status-bar square rtl high-quality low-quality narrower wider color-dodge luminosity
plus-darker nearest xxx-large from-font sans-serif serif system-ui"""
WORDS = frozenset(_WORDS.split())
"""Words of the standards that a value may hold, besides names of colours."""
WORDS_OF_ANY_CASE = frozenset(word.lower() for word in WORDS)
_FUNCTIONS = """matrix translate translateX translateY scale scaleX scaleY rotate skewX skewY rgb
rgba hsl hsla rect blur brightness contrast drop-shadow grayscale hue-rotate invert opacity
saturate sepia circle ellipse inset polygon color"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
OWN_WORDS = (
    *sorted(ELEMENTS | ATTRIBUTES | PROPERTIES | WORDS | SOURCES),
    SVG[1:-1], LINK[1:-1], "data:image/jpeg;base64", "data:image/webp;base64",
)  # fmt: skip
