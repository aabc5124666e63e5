"""The serial protocol, defined once: messages here, framing beside, the C header from both."""

from mcuq_hil.protocol.frame import Frame, decode_frame, encode_frame
from mcuq_hil.protocol.messages import MESSAGES, PROTOCOL_VERSION, Message, Status

__all__ = [
    "MESSAGES",
    "PROTOCOL_VERSION",
    "Frame",
    "Message",
    "Status",
    "decode_frame",
    "encode_frame",
]
