"""Makes Tests/FoveaTrainingTests/Fixtures/events.tfevents: an event file as TensorBoard's own code writes it.

Run from the root of the repository, with the tensorboard package installed:

    python Tests/Reference/records.py
"""

from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.summary.writer.record_writer import RecordWriter


def values(*items):
    return Summary(value=list(items))


def text(tag, content):
    return Summary.Value(
        tag=tag,
        metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text")),
        tensor=TensorProto(
            dtype=DT_STRING,
            tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
            string_val=[content.encode()],
        ),
    )


EVENTS = [
    Event(wall_time=1700000000.25, file_version="brain.Event:2"),
    Event(wall_time=1700000001.5, step=301, session_log=SessionLog(status=SessionLog.START)),
    Event(
        wall_time=1700000002,
        step=301,
        summary=values(
            Summary.Value(tag="accuracy/validation", simple_value=0.925),
            Summary.Value(tag="loss/train", simple_value=-1e-7),
        ),
    ),
    Event(
        wall_time=1700000003,
        step=2**40,
        summary=values(
            Summary.Value(
                tag="mistakes",
                image=Summary.Image(height=200, width=3, colorspace=3, encoded_image_string=bytes(range(256)) * 2),
            )
        ),
    ),
    Event(wall_time=1700000004, summary=values(text("recipe", "größe: 3"))),
]

if __name__ == "__main__":
    path = Path(__file__).parents[1] / "FoveaTrainingTests" / "Fixtures" / "events.tfevents"
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        for event in EVENTS:
            writer.write(event.SerializeToString())
    print(f"{path}: {path.stat().st_size} bytes")
