"""Cutting a VITS voice in two, so that its speech can be streamed.

A Piper voice turns a whole sentence into sound in one run: nothing is heard until the last
sample is computed, and a barge-in cannot stop it. Nearly all of that time goes into the last
part of the graph, the decoder, which is made of convolutions only and so can be run over the
sentence piece by piece. This module cuts the model file at that border. It edits the protobuf
records themselves, because the ``onnx`` package (a compiler toolchain's worth of dependency)
would be needed for nothing else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

# Field numbers of onnx.proto3.
_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_TYPE = 1, 2, 3, 4
_TENSOR_NAME = 8
_FLOAT_TENSOR = b"\x12\x04\x0a\x02\x08\x01"  # ValueInfo.type = tensor of float, any shape

_DECODER = "/dec/"


class NotSplittableError(ValueError):
    """The model has no border with one tensor between its encoder and its decoder."""


@dataclass(frozen=True, slots=True)
class SplitVoice:
    """The two halves of a voice, as serialised models.

    Attributes:
        encoder: Phoneme ids to latent frames; outputs ``border``, then ``durations``.
        decoder: Latent frames (input ``border``) to audio samples in [-1, 1].
        border: The name of the tensor between them, float [1, channels, frames].
        durations: The name of the encoder's output with the frames of each phoneme id.
    """

    encoder: bytes
    decoder: bytes
    border: str
    durations: str


@dataclass(slots=True, eq=False)  # told apart by identity: thousands are compared
class _Node:
    record: bytes
    name: str = ""
    type: str = ""
    inputs: list[str] = field(default_factory=list[str])
    outputs: list[str] = field(default_factory=list[str])


def split_voice(model: bytes) -> SplitVoice:
    """Cut a serialised VITS model before its decoder.

    Raises:
        NotSplittableError: If it is not built the way Piper's exporter builds one voice (voices
            of several speakers are not: their decoder has a second input).
    """
    graph = b"".join(body for number, body, _ in _records(model) if number == _MODEL_GRAPH)
    rest = b"".join(raw for number, _, raw in _records(model) if number != _MODEL_GRAPH)
    parts = list(_records(graph))
    nodes = [_node(body, raw) for number, body, raw in parts if number == _GRAPH_NODE]
    weights = {_tensor_name(b): raw for n, b, raw in parts if n == _GRAPH_INITIALIZER}
    inputs = b"".join(raw for number, _, raw in parts if number == _GRAPH_INPUT)

    decoder = [node for node in nodes if node.name.startswith(_DECODER)]
    tail = _consumers(nodes, decoder)
    encoder = [node for node in nodes if node not in decoder and node not in tail]
    border = _only(_missing(decoder, weights), "input to the decoder")
    durations = _only((o for n in encoder if n.type == "Ceil" for o in n.outputs), "Ceil output")
    audio = _only(_ends(decoder), "output of the decoder")

    return SplitVoice(
        encoder=_model(rest, encoder, weights, inputs, (border, durations)),
        decoder=_model(rest, decoder, weights, _value(_GRAPH_INPUT, border), (audio,)),
        border=border,
        durations=durations,
    )


def _model(
    rest: bytes,
    nodes: list[_Node],
    weights: dict[str, bytes],
    inputs: bytes,
    outputs: Iterable[str],
) -> bytes:
    used = dict.fromkeys(name for node in nodes for name in node.inputs if name in weights)
    graph = b"".join(
        (
            b"".join(node.record for node in nodes),
            _record(2, b"voice"),
            b"".join(weights[name] for name in used),
            inputs,
            b"".join(_value(_GRAPH_OUTPUT, name) for name in outputs),
        )
    )
    return rest + _record(_MODEL_GRAPH, graph)


def _consumers(nodes: list[_Node], of: list[_Node]) -> list[_Node]:
    made = {name for node in of for name in node.outputs}
    consumers: list[_Node] = []
    for node in nodes:  # a graph's nodes are in topological order
        if node not in of and made.intersection(node.inputs):
            consumers.append(node)
            made.update(node.outputs)
    return consumers


def _missing(nodes: list[_Node], weights: dict[str, bytes]) -> Iterator[str]:
    made = {name for node in nodes for name in node.outputs}
    for name in dict.fromkeys(name for node in nodes for name in node.inputs):
        if name and name not in made and name not in weights:
            yield name


def _ends(nodes: list[_Node]) -> Iterator[str]:
    used = {name for node in nodes for name in node.inputs}
    return (name for node in nodes for name in node.outputs if name not in used)


def _only(names: Iterable[str], what: str) -> str:
    found = list(names)
    if len(found) != 1:
        raise NotSplittableError(f"the voice has {len(found)} of what should be one {what}")
    return found[0]


def _node(body: bytes, raw: bytes) -> _Node:
    node = _Node(raw)
    for number, value, _ in _records(body):
        if number == _NODE_INPUT:
            node.inputs.append(value.decode())
        elif number == _NODE_OUTPUT:
            node.outputs.append(value.decode())
        elif number == _NODE_NAME:
            node.name = value.decode()
        elif number == _NODE_TYPE:
            node.type = value.decode()
    return node


def _tensor_name(body: bytes) -> str:
    return next((v.decode() for number, v, _ in _records(body) if number == _TENSOR_NAME), "")


def _value(number: int, name: str) -> bytes:
    return _record(number, _record(1, name.encode()) + _FLOAT_TENSOR)


def _record(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _records(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (field number, body, the whole record) of a protobuf message, in order."""
    at, end = 0, len(data)
    while at < end:
        begun = at
        tag, at = _read_varint(data, at)
        kind, stop = tag & 7, at
        if kind == 0:
            _, stop = _read_varint(data, at)
        elif kind == 1:
            stop = at + 8
        elif kind == 5:
            stop = at + 4
        elif kind == 2:
            length, at = _read_varint(data, at)
            stop = at + length
        if stop > end or kind not in (0, 1, 2, 5):
            raise NotSplittableError("the voice is not a whole ONNX file")
        yield tag >> 3, data[at:stop], data[begun:stop]
        at = stop


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data):
            raise NotSplittableError("the voice is not a whole ONNX file")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
