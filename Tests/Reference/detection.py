"""Makes the reference values of detection: torchvision's and transformers' on small random models.

    python Tests/Reference/detection.py [boxes|kernels|fasterrcnn|retinanet|ssd|detr]...

Needs torch, torchvision, transformers and safetensors. Writes Tests/TorchTests/Fixtures/{boxes,kernels}.safetensors and
Tests/FoveaModelsTests/Fixtures/{fasterrcnn,retinanet,ssd,detr}.safetensors. Deterministic.
"""

import math
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision import ops
from torchvision.models import resnet18
from torchvision.models.detection import (
    FasterRCNN, RetinaNet, fasterrcnn_mobilenet_v3_large_fpn, fasterrcnn_resnet50_fpn, retinanet_resnet50_fpn,
    ssd300_vgg16,
)
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN, mobilenet_backbone, resnet_fpn_backbone
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import FrozenBatchNorm2d, MultiScaleRoIAlign
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool, LastLevelP6P7

TESTS = Path(__file__).parent.parent
torch.set_num_threads(1)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def random_boxes(count, size, seed):
    corners = torch.rand(count, 4, generator=seeded(seed)) * size
    return torch.cat([torch.minimum(corners[:, :2], corners[:, 2:]), torch.maximum(corners[:, :2], corners[:, 2:])], 1)


def fnv(text):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


NUMBERS = torch.rand(10007, generator=seeded(0)) * 2 - 1


def numbers(place, shape):
    count = math.prod(shape)
    start = place % len(NUMBERS)
    return NUMBERS.repeat((start + count) // len(NUMBERS) + 1)[start : start + count].reshape(shape)


def made_up(model, published=lambda key: key):
    """Weights by their published names, the same in Swift, of a size that lets every part of the model matter."""
    for key, tensor in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        values = numbers(fnv(published(key)), tensor.shape)
        if tensor.dim() > 1:
            tensor.copy_(values * (6 / tensor[0].numel()) ** 0.5)
        elif key.endswith(("running_var", "weight")):
            tensor.copy_(0.7 + 0.2 * values)
        else:
            tensor.copy_(0.1 * values)
    return model


def gradients(model):
    """Of each parameter: its gradient's length, and its product with the weights."""
    found = {}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            gradient, value = parameter.grad.double(), parameter.detach().double()
            found[f"gradient.{name}"] = torch.stack([gradient.norm(), (gradient * value).sum()])
    return found


def key_hash(model):
    """Of all names and shapes, sorted."""
    lines = sorted(f"{key} {list(value.shape)}\n" for key, value in model.state_dict().items())
    return torch.tensor([fnv("".join(lines)) - 2**63])


# Boxes and kernels


def degenerate_boxes():
    return torch.tensor(
        [[0, 0, 10, 10], [0, 0, 10, 10], [5, 5, 5, 5], [5, 5, 5, 5], [9, 9, 2, 2], [-4, -4, 3, 3], [0, 0, 1e6, 1e6],
         [2, 3, 8, 3], [100, 100, 101, 101]],
        dtype=torch.float32,
    )


def boxes_fixture():
    out = {}
    for name, boxes in [("random", random_boxes(60, 60, 1)), ("degenerate", degenerate_boxes())]:
        scores = torch.rand(len(boxes), generator=seeded(2)).mul(20).round().div(20)  # with ties
        groups = torch.randint(0, 4, (len(boxes),), generator=seeded(3))
        out[f"{name}.boxes"], out[f"{name}.scores"], out[f"{name}.groups"] = boxes, scores, groups
        for threshold in (0.3, 0.5, 0.7):
            out[f"{name}.nms.{threshold}"] = ops.nms(boxes, scores, threshold)
            out[f"{name}.batched.{threshold}"] = ops.boxes._batched_nms_vanilla(boxes, scores, groups, threshold)
        others = boxes.flip(0)[: len(boxes) // 2].contiguous()
        out[f"{name}.iou"] = ops.box_iou(boxes, others)
        out[f"{name}.giou"] = ops.generalized_box_iou(boxes, others)
        out[f"{name}.diou"] = ops.distance_box_iou(boxes, others)
        out[f"{name}.ciou"] = ops.complete_box_iou(boxes, others)
    a, b = random_boxes(40, 50, 4) + torch.tensor([0, 0, 1.0, 1]), random_boxes(40, 50, 5) + torch.tensor([0, 0, 1.0, 1])
    out["pairs.a"], out["pairs.b"] = a, b
    for name, loss in [
        ("giou", ops.generalized_box_iou_loss), ("diou", ops.distance_box_iou_loss), ("ciou", ops.complete_box_iou_loss)
    ]:
        x = a.clone().requires_grad_()
        values = loss(x, b)
        values.sum().backward()
        out[f"pairs.{name}"], out[f"pairs.{name}.gradient"] = values.detach(), x.grad

    image = torch.randn(2, 5, 12, 17, generator=seeded(6))
    rois = torch.cat([torch.randint(0, 2, (12, 1), generator=seeded(7)).float(), random_boxes(12, 40, 8)], 1)
    rois[0, 1:] = torch.tensor([-30.0, -30, -20, -20])  # outside
    rois[1, 1:] = torch.tensor([3.0, 3, 3, 3])  # without area
    rois[2, 1:] = torch.tensor([10.0, 10, 2, 2])  # the wrong way round
    rois[3, 1:] = torch.tensor([-10.0, -10, 90, 90])  # larger than the image
    out["align.image"], out["align.rois"] = image, rois
    weight = torch.randn(12, 5, 3, 3, generator=seeded(9))
    out["align.weight"] = weight
    for sampling in (0, 2):
        for aligned in (False, True):
            x = image.clone().requires_grad_()
            result = ops.roi_align(x, rois, (3, 3), 0.4, sampling, aligned)
            (result * weight).sum().backward()
            name = f"align.{sampling}.{'aligned' if aligned else 'plain'}"
            out[name], out[f"{name}.gradient"] = result.detach(), x.grad
    save(out, "TorchTests", "boxes")


def many_boxes():
    """Most overlap some others; as Swift makes them."""
    parts = torch.rand(3000, 4, generator=seeded(11))
    corner = parts[:, :2] * 200
    return torch.cat([corner, corner + (parts[:, 2:] * 55 + 5)], 1)


def strange_boxes():
    """On whole pixels, so that many are the same, empty, inside out or just at a threshold; some are of no use at all."""
    boxes = torch.rand(240, 4, generator=seeded(12)).mul(9).floor()
    upright = torch.arange(240) % 4 > 0
    low, high = boxes[upright].view(-1, 2, 2).aminmax(dim=1)
    boxes[upright] = torch.cat([low, high], 1)
    inf, nan = math.inf, math.nan
    boxes[::30] = torch.tensor([
        [nan, 0, 5, 5], [0, 0, nan, nan], [-inf, -inf, inf, inf], [0, 0, inf, 4], [0, 0, 1e20, 1e20],
        [1, 1, 1e20, 1e20], [-3e38, -3e38, 3e38, 3e38], [1e30, 1e30, 1e30, 1e30]])
    scores = torch.rand(240, generator=seeded(13)).mul(8).round().div(8)
    scores[3::50], scores[7::70], scores[11::60] = nan, inf, -inf
    return boxes, scores, torch.randint(0, 3, (240,), generator=seeded(14))


def kernels_fixture():
    """Larger inputs, which Swift makes by the same seeds, and stranger ones."""
    out = {}
    boxes, scores = many_boxes(), torch.rand(3000, generator=seeded(15))
    groups = (torch.rand(3000, generator=seeded(16)) * 7).long()
    assert len(scores.unique()) == 3000
    for threshold in (0.3, 0.6):
        overlaps = ops.box_iou(boxes.double(), boxes.double())
        assert (overlaps - threshold).abs().min() > 1e-7, "an overlap that roundings judge"
        out[f"many.nms.{threshold}"] = ops.nms(boxes, scores, threshold)
        out[f"many.batched.{threshold}"] = ops.boxes._batched_nms_vanilla(boxes, scores, groups, threshold)
    boxes, scores, groups = strange_boxes()
    out["strange.boxes"], out["strange.scores"], out["strange.groups"] = boxes, scores, groups
    for threshold in (0.0, 0.3, 0.5, 1.0):
        out[f"strange.nms.{threshold}"] = ops.nms(boxes, scores, threshold)
        kept = [
            places[ops.nms(boxes[places], scores[places], threshold)]
            for places in ((groups == group).nonzero().squeeze(1) for group in range(3))]
        out[f"strange.batched.{threshold}"] = torch.cat(kept).sort().values

    image = torch.rand(2, 70, 38, 50, generator=seeded(17))
    parts = torch.rand(200, 5, generator=seeded(18))
    low = parts[:, 1:3] * 240 - 40
    rois = torch.cat([(parts[:, :1] * 2).floor(), low, low + parts[:, 3:] * 120], 1)
    weight = torch.rand(200, 70, 7, 7, generator=seeded(19)) - 0.5
    huge = torch.tensor([
        [0, -1e9, -1e9, 2e9, 2e9], [1, 1e9, 1e9, 2e9, 2e9], [0, -1e30, 0, 2e30, 8], [1, 5, 5, -1e6, -1e6],
        [0, 4, 4, 4, 4], [1, 1e6, 4, 1e6, 4]], dtype=torch.float32)
    out["huge.rois"] = huge
    for name, regions, sampling, aligned in [
        ("plain", rois, 2, False), ("adaptive", rois, 0, True), ("huge.plain", huge, 2, False),
        ("huge.aligned", huge, 3, True),
    ]:
        for dtype in (torch.float32, torch.float64):
            x = image.to(dtype).clone().requires_grad_()
            result = ops.roi_align(x, regions.to(dtype), (7, 7), 0.25, sampling, aligned)
            factors = weight[: len(regions)].to(dtype)
            (result * factors).sum().backward()
            key = f"{name}.{str(dtype).removeprefix('torch.')}"
            out[f"{key}.regions"] = (result.detach() * factors).double().sum((1, 2, 3))
            out[f"{key}.gradient"] = (x.grad * image).double().sum((2, 3))
    save(out, "TorchTests", "kernels")


# Detectors. All in double precision: what is compared is the computation, not how its roundings fall.

SIZES = [(64, 80), (48, 96), (64, 96)]
TARGETS = [
    {"boxes": torch.tensor([[4.0, 6, 40, 50], [30, 20, 60, 44]]), "labels": torch.tensor([0, 1])},
    {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64)},
    {"boxes": torch.tensor([[10.0, 12, 24, 30]]), "labels": torch.tensor([2])},
]


def batch():
    """Three images, each in the top left corner, zeros elsewhere."""
    images = torch.zeros(3, 3, 64, 96)
    for i, (height, width) in enumerate(SIZES):
        images[i, :, :height, :width] = numbers(1000 * i, (3, height, width))
    return images.double()


def targets(first_label):
    return [{"boxes": t["boxes"].double(), "labels": t["labels"] + first_label} for t in TARGETS]


def results(model, losses, found):
    sum(losses.values()).backward()
    out = {f"loss.{key}": value.detach().reshape(1) for key, value in losses.items()}
    out.update(gradients(model))
    for i, objects in enumerate(found):
        out.update({f"found.{i}.{key}": value for key, value in objects.items()})
    return out


def resnet18_pyramid(extra, levels):
    body = resnet18(weights=None, norm_layer=FrozenBatchNorm2d)
    channels = [64, 128, 256, 512]
    return BackboneWithFPN(
        body, {f"layer{i + 1}": str(n) for n, i in enumerate(levels)}, [channels[i] for i in levels], 64, extra)


def fasterrcnn_fixture():
    """The detector's parts are called one by one, without its resizing and normalising."""
    model = FasterRCNN(
        resnet18_pyramid(LastLevelMaxPool(), range(4)),
        rpn_anchor_generator=AnchorGenerator(((8,), (16,), (32,), (64,), (128,)), ((0.5, 1.0, 2.0),) * 5),
        box_roi_pool=MultiScaleRoIAlign(["0", "1", "2", "3"], 7, 2),
        box_head=TwoMLPHead(64 * 49, 32),
        box_predictor=FastRCNNPredictor(32, 4),
        # So large that nothing is drawn at random.
        rpn_batch_size_per_image=100000, box_batch_size_per_image=100000,
        rpn_pre_nms_top_n_train=60, rpn_pre_nms_top_n_test=60,
        rpn_post_nms_top_n_train=60, rpn_post_nms_top_n_test=60,
        box_score_thresh=0.05,
    )
    made_up(model).double()
    images = ImageList(batch(), SIZES)
    model.train()
    features = model.backbone(images.tensors)
    proposals, rpn_losses = model.rpn(images, features, targets(1))
    _, roi_losses = model.roi_heads(features, proposals, SIZES, targets(1))
    model.eval()
    with torch.no_grad():
        proposals, _ = model.rpn(images, features)
        found, _ = model.roi_heads(features, proposals, SIZES)
    for objects in found:
        objects["labels"] -= 1
    out = results(model, {**roi_losses, **rpn_losses}, found)
    out["proposals.0"] = proposals[0]
    published = fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None)
    published.backbone = resnet_fpn_backbone(
        backbone_name="resnet50", weights=None, norm_layer=FrozenBatchNorm2d, trainable_layers=5)
    out["keys.fasterrcnn_resnet50_fpn"] = key_hash(published)
    mobile = fasterrcnn_mobilenet_v3_large_fpn(weights=None, weights_backbone=None)
    mobile.backbone = mobilenet_backbone("mobilenet_v3_large", weights=None, fpn=True, norm_layer=FrozenBatchNorm2d)
    out["keys.fasterrcnn_mobilenet_v3_large_fpn"] = key_hash(mobile)
    body = made_up(mobile.backbone.body).double().eval()
    with torch.no_grad():
        for name, value in body(batch()).items():
            out[f"mobilenet.{name}"] = torch.stack([value.norm(), (value * numbers(3, value.shape)).sum()])
    save(out, "FoveaModelsTests", "fasterrcnn")


def retinanet_fixture():
    model = RetinaNet(
        resnet18_pyramid(LastLevelP6P7(64, 64), [1, 2, 3]), num_classes=3,
        anchor_generator=AnchorGenerator(
            tuple((x, int(x * 2 ** (1 / 3)), int(x * 2 ** (2 / 3))) for x in [8, 16, 32, 64, 128]),
            ((0.5, 1.0, 2.0),) * 5),
        # Random weights are sure of much: only the surest are compared.
        score_thresh=0.6, topk_candidates=50,
    )
    made_up(model).double()
    images = ImageList(batch(), SIZES)

    def run():
        features = list(model.backbone(images.tensors).values())
        return model.head(features), model.anchor_generator(images, features), features

    said, anchors, features = run()
    losses = model.compute_loss(targets(0), said, anchors)
    model.eval()
    with torch.no_grad():
        said, anchors, features = run()
        counts = [x.size(2) * x.size(3) for x in features]
        per_place = said["cls_logits"].size(1) // sum(counts)
        counts = [count * per_place for count in counts]
        found = model.postprocess_detections(
            {key: list(value.split(counts, dim=1)) for key, value in said.items()},
            [list(a.split(counts)) for a in anchors], SIZES)
    out = results(model, losses, found)
    out["keys.retinanet_resnet50_fpn"] = key_hash(swap_backbone(retinanet_resnet50_fpn(weights=None, weights_backbone=None)))
    save(out, "FoveaModelsTests", "retinanet")


def swap_backbone(model):
    model.backbone = resnet_fpn_backbone(
        backbone_name="resnet50", weights=None, norm_layer=FrozenBatchNorm2d, trainable_layers=5,
        returned_layers=[2, 3, 4], extra_blocks=LastLevelP6P7(256, 256))
    return model


def ssd_fixture():
    """In single precision and without gradients for the backbone, as VGG is slow."""
    model = ssd300_vgg16(weights=None, weights_backbone=None, num_classes=4, score_thresh=0.3, topk_candidates=20)
    made_up(model)
    model.backbone.requires_grad_(False)
    images = ImageList(numbers(5, (1, 3, 300, 300)), [(300, 280)])
    goals = [{"boxes": torch.tensor([[30.0, 40, 120, 200], [150, 20, 260, 90]]), "labels": torch.tensor([1, 3])}]
    features = list(model.backbone(images.tensors).values())
    said = model.head(features)
    anchors = model.anchor_generator(images, features)
    matched = [model.proposal_matcher(ops.box_iou(goals[0]["boxes"], anchors[0]))]
    losses = model.compute_loss(goals, said, anchors, matched)
    with torch.no_grad():
        found = model.postprocess_detections(said, anchors, images.image_sizes)
    for objects in found:
        objects["labels"] -= 1
    out = results(model, losses, found)
    out["boxes"] = anchors[0][::97]
    out["keys"] = key_hash(model)
    save(out, "FoveaModelsTests", "ssd")


def detr_fixture():
    """Weights are filled by the names of the published file, which differ from those in memory."""
    from transformers import DetrConfig, DetrForObjectDetection, TimmBackboneConfig

    config = DetrConfig(
        backbone_config=TimmBackboneConfig(
            backbone="resnet18", use_pretrained_backbone=False, out_indices=[1, 2, 3, 4]),
        d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
        encoder_ffn_dim=48, decoder_ffn_dim=48, num_queries=12, num_labels=3, dropout=0.0, attention_dropout=0.0,
        auxiliary_loss=False, attn_implementation="eager",
    )
    model = DetrForObjectDetection(config)

    def published(key):
        key = key.replace("model.backbone.model.", "model.backbone.conv_encoder.model.")
        for part in ("fc1", "fc2"):
            key = key.replace(f".mlp.{part}", f".{part}")
        return key.replace(".o_proj.", ".out_proj.")

    made_up(model, published).double()
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    mask = torch.zeros(3, 64, 96, dtype=torch.int64)
    for i, (height, width) in enumerate(SIZES):
        mask[i, :height, :width] = 1
    goals = []
    for target, (height, width) in zip(targets(0), SIZES):
        boxes = ops.box_convert(target["boxes"], "xyxy", "cxcywh") / torch.tensor([width, height, width, height]).double()
        goals.append({"boxes": boxes, "class_labels": target["labels"]})
    model.eval()
    torch.set_default_dtype(torch.float64)  # for the weights of classes that the loss makes
    said = model(pixel_values=batch(), pixel_mask=mask, labels=goals)
    torch.set_default_dtype(torch.float32)
    said.loss.backward()
    weights = {"loss_ce": 1, "loss_bbox": 5, "loss_giou": 2}
    out = {f"loss.{key}": said.loss_dict[key].detach().reshape(1) * weight for key, weight in weights.items()}
    out.update({published_gradient(key, published): value for key, value in gradients(model).items()})
    out["logits"], out["boxes"] = said.logits.detach(), said.pred_boxes.detach()
    save(out, "FoveaModelsTests", "detr")


def published_gradient(key, published):
    return "gradient." + published(key.removeprefix("gradient."))


def save(tensors, target, name):
    folder = TESTS / target / "Fixtures"
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / f"{name}.safetensors")
    print(name, (folder / f"{name}.safetensors").stat().st_size)


if __name__ == "__main__":
    for name in sys.argv[1:] or ["boxes", "kernels", "fasterrcnn", "retinanet", "ssd", "detr"]:
        {"boxes": boxes_fixture, "kernels": kernels_fixture, "fasterrcnn": fasterrcnn_fixture,
         "retinanet": retinanet_fixture, "ssd": ssd_fixture, "detr": detr_fixture}[name]()
