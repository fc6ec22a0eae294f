"""Writes Tests/TorchTests/Fixtures/layers.safetensors: what PyTorch's layers, initialisers and losses compute.

Run:  pip install torch==2.13.0 safetensors numpy;  python Tests/Reference/layers.py

Tensors are named CASE/KIND or CASE/KIND.NAME:
  init.KEY   the state dict of the layer as built after torch.manual_seed(7)
  in.N       its inputs
  out.N      its outputs, computed with those initial weights
  grad.KEY   the gradient of sum(out.0 * 0.1 * (1 + arange)) for each parameter, grad.in for input 0
  after.KEY  buffers after the forward pass, where it changes them
Cases that draw random numbers in their forward pass do so after torch.manual_seed(3).
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "TorchTests" / "Fixtures"
tensors = {}


def keep(name, tensor):
    tensors[name] = tensor.detach().clone().contiguous()


def noise(*shape, seed=11):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def case(name, make, *inputs, run=None, training=True, prepare=None):
    torch.manual_seed(7)
    module = make()
    if prepare:
        prepare(module)
    module.train(training)
    for key, value in module.state_dict().items():
        keep(f"{name}/init.{key}", value)
    buffers = {key: value.clone() for key, value in module.named_buffers()}
    inputs = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    for index, x in enumerate(inputs):
        keep(f"{name}/in.{index}", x)
    torch.manual_seed(3)
    outputs = run(module, *inputs) if run else module(*inputs)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    for index, y in enumerate(outputs):
        keep(f"{name}/out.{index}", y)
    (outputs[0] * 0.1 * (1 + torch.arange(outputs[0].numel()).reshape(outputs[0].shape))).sum().backward()
    for key, parameter in module.named_parameters():
        if parameter.grad is not None:
            keep(f"{name}/grad.{key}", parameter.grad)
    if inputs and inputs[0].grad is not None:
        keep(f"{name}/grad.in", inputs[0].grad)
    for key, value in module.named_buffers():
        if not torch.equal(value, buffers[key]):
            keep(f"{name}/after.{key}", value)


class Wrap(nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def random_norm(module):
    """Statistics and scales that are not the initial ones."""
    for index, (key, tensor) in enumerate(module.state_dict().items()):
        if tensor.is_floating_point():
            tensor.copy_(noise(*tensor.shape, seed=20 + index).abs() + 0.1)


def layers():
    case("linear", lambda: nn.Linear(5, 3), noise(2, 4, 5))
    case("linear_without_bias", lambda: nn.Linear(5, 3, bias=False), noise(2, 5))
    case("conv2d", lambda: nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2), noise(2, 4, 7, 6))
    case("conv2d_dilated", lambda: nn.Conv2d(3, 2, 3, padding=2, dilation=2, bias=False), noise(1, 3, 6, 6))
    case(
        "conv_transpose2d",
        lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
        noise(2, 4, 3, 4),
    )
    case("batch_norm2d", lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=0.3), noise(4, 3, 2, 5), prepare=random_norm)
    case("batch_norm2d_eval", lambda: nn.BatchNorm2d(3), noise(2, 3, 2, 2), prepare=random_norm, training=False)
    case("layer_norm", lambda: nn.LayerNorm(6), noise(2, 3, 6), prepare=random_norm)
    case("layer_norm_2d", lambda: nn.LayerNorm([3, 4], eps=1e-2), noise(2, 3, 4), prepare=random_norm)
    case("group_norm", lambda: nn.GroupNorm(2, 4), noise(2, 4, 3, 3), prepare=random_norm)
    case("embedding", lambda: nn.Embedding(10, 4, padding_idx=2), torch.tensor([[1, 2, 9], [0, 2, 1]]))
    case("lstm", lambda: nn.LSTM(3, 4), noise(5, 2, 3), run=lambda m, x: [m(x)[0], *m(x)[1]])
    case(
        "lstm_deep",
        lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True),
        noise(2, 5, 3),
        noise(4, 2, 4, seed=12),
        noise(4, 2, 4, seed=13),
        run=lambda m, x, h, c: [m(x, (h, c))[0], *m(x, (h, c))[1]],
    )
    attention = lambda: nn.MultiheadAttention(8, 2, batch_first=True)
    case("attention", attention, noise(2, 5, 8), run=lambda m, x: m(x, x, x)[0])
    causal = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1)
    case("attention_causal", attention, noise(2, 5, 8), run=lambda m, x: m(x, x, x, attn_mask=causal)[0])
    case(
        "attention_cross",
        attention,
        noise(2, 3, 8),
        noise(2, 5, 8, seed=12),
        noise(2, 5, 8, seed=13),
        noise(3, 5, seed=14),
        run=lambda m, q, k, v, mask: m(q, k, v, attn_mask=mask)[0],
    )
    case("prelu", lambda: nn.PReLU(3), noise(2, 3, 2, 2))


def layers_without_weights():
    x = noise(2, 3, 6, 5)
    for name, module in {
        "max_pool": nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
        "avg_pool": nn.AvgPool2d(2, stride=2, padding=1),
        "adaptive_avg_pool": nn.AdaptiveAvgPool2d((3, 2)),
        "upsample_nearest": nn.Upsample(scale_factor=2),
        "upsample_bilinear": nn.Upsample(scale_factor=3, mode="bilinear"),
        "upsample_aligned": nn.Upsample(scale_factor=2, mode="bicubic", align_corners=True),
        "relu": nn.ReLU(),
        "relu6": Wrap(lambda x: F.relu6(4 * x)),
        "leaky_relu": nn.LeakyReLU(0.2),
        "gelu": nn.GELU(),
        "gelu_tanh": nn.GELU("tanh"),
        "silu": nn.SiLU(),
        "hardswish": nn.Hardswish(),
        "sigmoid": nn.Sigmoid(),
        "tanh": nn.Tanh(),
        "flatten": nn.Flatten(),
        "dropout": nn.Dropout(0.3),
        # Stochastic depth by sample, as torchvision.ops.stochastic_depth(x, 0.4, "row") draws it.
        "drop_path": Wrap(lambda x: x * torch.empty(2, 1, 1, 1).bernoulli_(0.6).div_(0.6)),
    }.items():
        case(name, lambda module=module: module, x)


def initializers():
    init = nn.init
    for name, fill in {
        "uniform": lambda w: init.uniform_(w, -2, 3),
        "normal": lambda w: init.normal_(w, 1, 2),
        "truncated": lambda w: init.trunc_normal_(w, 0.1, 0.5, -0.6, 1),
        "xavier_uniform": lambda w: init.xavier_uniform_(w, gain=5 / 3),
        "xavier_normal": lambda w: init.xavier_normal_(w),
        "kaiming_uniform": lambda w: init.kaiming_uniform_(w, nonlinearity="relu"),
        "kaiming_normal": lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"),
        "kaiming_leaky": lambda w: init.kaiming_normal_(w, a=0.2),
        "orthogonal": lambda w: init.orthogonal_(w, gain=2),
    }.items():
        torch.manual_seed(5)
        keep(f"initializer/{name}", fill(torch.empty(6, 4, 3, 2)))
    torch.manual_seed(5)
    keep("initializer/orthogonal_tall", init.orthogonal_(torch.empty(7, 3)))


def loss(name, function, x, *others):
    for index, other in enumerate(others):
        keep(f"loss/{name}/other.{index}", other)
    x = x.clone().requires_grad_()
    keep(f"loss/{name}/in", x)
    for reduction in ["none", "mean", "sum"]:
        value = function(x, *others, reduction)
        keep(f"loss/{name}/{reduction}", value)
    (gradient,) = torch.autograd.grad(function(x, *others, "mean"), x)
    keep(f"loss/{name}/grad", gradient)


def sigmoid_focal(x, t, reduction, alpha=0.25, gamma=2):
    """As torchvision.ops.sigmoid_focal_loss."""
    p = torch.sigmoid(x)
    losses = F.binary_cross_entropy_with_logits(x, t, reduction="none")
    losses = losses * (1 - (p * t + (1 - p) * (1 - t))) ** gamma
    losses = (alpha * t + (1 - alpha) * (1 - t)) * losses
    return {"none": losses, "mean": losses.mean(), "sum": losses.sum()}[reduction]


def dice(p, t, reduction):
    losses = 1 - (2 * (p * t).sum((2, 3)) + 1) / (p.sum((2, 3)) + t.sum((2, 3)) + 1)
    return {"none": losses, "mean": losses.mean(), "sum": losses.sum()}[reduction]


def losses():
    logits = noise(5, 4)
    labels = torch.tensor([0, 3, 1, 3, 2])
    weight = torch.tensor([0.5, 1.0, 2.0, 0.25])
    soft = noise(5, 4, seed=30).softmax(1)
    loss("cross_entropy", lambda x, t, r: F.cross_entropy(x, t, reduction=r), logits, labels)
    loss(
        "cross_entropy_all",
        lambda x, t, w, r: F.cross_entropy(x, t, w, ignore_index=1, label_smoothing=0.1, reduction=r),
        logits, labels, weight,
    )
    loss("cross_entropy_soft", lambda x, t, w, r: F.cross_entropy(x, t, w, reduction=r), logits, soft, weight)
    loss("cross_entropy_2d", lambda x, t, r: F.cross_entropy(x, t, reduction=r), noise(2, 3, 2, 2),
         torch.tensor([[[0, 1], [2, 0]], [[1, 1], [2, 2]]]))
    targets = (noise(5, 4, seed=31) > 0).float()
    loss("bce", lambda x, t, w, r: F.binary_cross_entropy(x, t, w, reduction=r), logits.sigmoid(), targets, weight)
    loss(
        "bce_logits",
        lambda x, t, w, p, r: F.binary_cross_entropy_with_logits(x, t, w, pos_weight=p, reduction=r),
        logits * 30, targets, weight, torch.tensor([3.0, 1.0, 0.5, 2.0]),
    )
    other = noise(5, 4, seed=32)
    loss("mse", lambda x, t, r: F.mse_loss(x, t, reduction=r), logits, other)
    loss("l1", lambda x, t, r: F.l1_loss(x, t, reduction=r), logits, other)
    loss("smooth_l1", lambda x, t, r: F.smooth_l1_loss(x, t, reduction=r, beta=0.4), logits, other)
    loss("huber", lambda x, t, r: F.huber_loss(x, t, reduction=r, delta=0.4), logits, other)
    loss("focal", sigmoid_focal, logits, targets)
    masks = (noise(2, 3, 4, 4, seed=33) > 0.5).float()
    masks[1, 2] = 0
    loss("dice", dice, noise(2, 3, 4, 4, seed=34).sigmoid(), masks)


layers()
layers_without_weights()
initializers()
losses()
save_file(tensors, FIXTURES / "layers.safetensors")
print(len(tensors), "tensors")
