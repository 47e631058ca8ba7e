"""The five firms of the demo, each shaped like one kind of business."""

from app.demo.firm import Firm
from app.demo.firms import blinds, computing, hotels, property, salon

FIRMS: tuple[Firm, ...] = (property.FIRM, blinds.FIRM, computing.FIRM, hotels.FIRM, salon.FIRM)
