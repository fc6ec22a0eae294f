"""Writes Tests/TorchTests/Fixtures/operators.safetensors: what PyTorch's operators compute.

Run:  pip install torch==2.13.0 safetensors numpy;  python Tests/Reference/operators.py

`in/NAME` are inputs that many cases share; `out/CASE` or `out/CASE.N` are results.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "TorchTests" / "Fixtures"
generator = torch.Generator().manual_seed(1)


def noise(*shape):
    return torch.randn(*shape, generator=generator)


a, b = noise(3, 4), noise(3, 4)
p = noise(3, 4).abs() + 0.1  # positive
i = torch.tensor([[3, -7, 2, 0], [5, 5, -1, 8], [-4, 6, 1, 9]])  # whole numbers
m = torch.tensor([[True, False, True, True], [False, False, True, False], [True, True, False, False]])
s = noise(4, 4) @ noise(4, 4)  # square
s = s @ s.T + torch.eye(4)
x = noise(2, 3, 6, 5)  # images
w = noise(4, 3, 3, 3)
u = noise(1, 3, 6, 5).sigmoid()
k = torch.tensor([2, 0, 1])
ties = torch.tensor([2.0, 1.0, 2.0, 3.0, 1.0])
odd = torch.tensor([1.0, float("nan"), float("inf"), -float("inf"), 0.0, -0.0])
theta = torch.tensor([[[0.9, 0.2, 0.1], [-0.3, 1.1, -0.2]]])
inputs = dict(a=a, b=b, p=p, i=i, m=m, s=s, x=x, w=w, u=u, k=k, ties=ties, odd=odd, theta=theta)


def put(tensor, place, value):
    tensor = tensor.clone()
    tensor[place] = value
    return tensor


cases = {
    # arithmetic
    "add": a + b, "add_broadcast": a + b[0], "sub_scalar": a - 2, "rsub": 1 - a, "mul": a * b, "div": a / p,
    "rdiv": 2 / p, "int_add_float": i + 0.5, "int_mul": i * 3, "int_div": i / 2,
    "floor_divide": i.div(2, rounding_mode="floor"), "remainder": i % 3, "neg": -a, "abs": a.abs(), "sign": a.sign(),
    "exp": a.exp(), "log": p.log(), "log1p": p.log1p(), "log2": p.log2(), "sqrt": p.sqrt(), "rsqrt": p.rsqrt(),
    "square": a.square(), "reciprocal": p.reciprocal(), "pow": p**0.3, "pow_tensor": p**a, "sin": a.sin(),
    "cos": a.cos(), "atan": a.atan(), "atan2": a.atan2(b), "floor": a.floor(), "ceil": a.ceil(),
    "round": (a * 2).round(), "clamp": a.clamp(-0.5, 0.5), "clamp_min": a.clamp(min=0.2), "clamp_tensor": a.clamp(max=b),
    "lerp": a.lerp(b, 0.3), "add_scaled": a.clone().add_(b, alpha=2), "addcmul": a.clone().addcmul_(b, p, value=0.5),
    "addcdiv": a.clone().addcdiv_(b, p, value=0.5),
    # comparison
    "less": a < b, "equal_scalar": i == 5, "greater_equal": i >= 2, "and": m & (a > 0), "or": m | (a > 0), "not": ~m,
    "maximum": a.maximum(b), "minimum": a.minimum(b), "finite": odd.isfinite(), "nan": odd.isnan(),
    "where": torch.where(m, a, b),
    # reduction
    "sum": a.sum(), "sum_dim": a.sum(1, keepdim=True), "sum_dims": x.sum((0, 2)), "mean": a.mean(), "mean_dim": x.mean(1),
    "prod": a.prod(), "std": a.std(), "std_dims": x.std((1, 3), correction=0, keepdim=True), "var": a.var(0),
    "max": a.max(), "min": a.min(), "max_dim": list(a.max(1)), "min_dim": list(a.min(0)), "amax": x.amax((0, 3)),
    "amin": x.amin((1,), keepdim=True), "argmax": a.argmax(), "argmax_dim": a.argmax(1), "argmin_dim": a.argmin(0, True),
    "topk": list(a.topk(2)), "topk_smallest": list(a.topk(2, dim=0, largest=False)), "sort": list(ties.sort(stable=True)),
    "sort_descending": list(ties.sort(stable=True, descending=True)), "cumsum": a.cumsum(1), "logsumexp": a.logsumexp(1),
    "all": m.all(), "any": m.any(), "all_dim": m.all(1), "any_dim": m.any(0), "bincount": torch.bincount(i.abs().flatten()),
    "bincount_weights": torch.bincount(k, p[0, :3], minlength=5), "norm": a.norm(), "norm_1": a.norm(1, dim=1),
    "unique": list(torch.unique(i, return_inverse=True, return_counts=True)),
    # shape
    "permute": x.permute(0, 2, 3, 1), "transpose": a.T, "movedim": x.movedim(1, -1), "squeeze": a[None, :, None].squeeze(),
    "expand": a[:, None].expand(-1, 2, -1), "tile": a.tile(2, 3), "repeat_interleave": a.repeat_interleave(2, 1),
    "cat": torch.cat([a, b], 1), "stack": torch.stack([a, b], 1), "split": list(x.split(2, 1)),
    "split_sizes": list(a.split([1, 3], 1)), "chunk": list(a.chunk(3, 1)), "unbind": list(a.unbind(0)),
    "flip": x.flip(0, 3), "roll": a.roll(1, 1), "rot90": x.rot90(1, (2, 3)), "narrow": a.narrow(1, 1, 2),
    "meshgrid": list(torch.meshgrid(a[0], ties, indexing="ij")), "flatten": x.flatten(1, 2),
    # indexing
    "select": x[1], "negative": a[..., -1], "slice": x[:, 1:3], "until": a[:2], "from": a[1:], "step": a[:, ::2],
    "mixed": x[0, 1:, ..., 2], "new_axis": a[:, None], "new_axis_end": a[..., None], "mask": a[m], "mask_rows": a[k > 0],
    "index": a[k], "index_second": a[:, k], "index_both": a[k, k], "index_2d": a[torch.stack([k, k])],
    "set_row": put(a, 1, 7.0), "set_mask": put(a, m, 0.0), "set_index": put(a, (slice(None), k), b[:, :3]),
    "set_slice": put(a, (slice(1, 3), slice(0, 2)), -1.0), "index_select": a.index_select(1, k),
    "index_add": a.index_add(0, k, b), "gather": a.gather(1, k[:, None]), "scatter": a.scatter(1, k[:, None], b),
    "scatter_value": a.scatter(1, k[:, None], 9.0), "masked_fill": a.masked_fill(m, -1.0), "masked_select": a.masked_select(m),
    "nonzero": m.nonzero(), "one_hot": F.one_hot(k, 4),
    # creation
    "arange": torch.arange(1, 8, 2), "arange_float": torch.arange(0, 1, 0.25), "linspace": torch.linspace(-1, 1, 5),
    "eye": torch.eye(3), "full": torch.full((2, 2), 1.5), "to_int": (a * 3).to(torch.int32), "to_bool": i.to(torch.bool),
    # linear algebra
    "matmul": a @ b.T, "matmul_batch": x @ x.transpose(2, 3), "bmm": x[0].bmm(x[1].transpose(1, 2)),
    "linear": F.linear(a, b, p[:, 0]), "einsum": torch.einsum("ij,kj->ik", a, b), "outer": a[0].outer(b[1]),
    "tril": a.tril(-1), "triu": a.triu(1), "diagonal": x.diagonal(1, 2, 3), "cdist": torch.cdist(a, b),
    "svd_values": torch.linalg.svdvals(a), "eigh_values": torch.linalg.eigvalsh(s), "inverse": torch.linalg.inv(s),
    "solve": torch.linalg.solve(s, a.T), "embedding": F.embedding(k, a),
    "attention": F.scaled_dot_product_attention(x, x + 1, x * 2, is_causal=True, scale=0.3),
    # images
    "conv2d": F.conv2d(x, w, p[0], stride=2, padding=1), "conv2d_sides": F.conv2d(x, w, stride=(1, 2), padding=(0, 1)),
    "conv1d": F.conv1d(x[0], w[:, :, 0, :2].repeat(1, 2, 1)), "unfold": F.unfold(x, 2, stride=2),
    "conv_transpose2d": F.conv_transpose2d(x, w[:3], stride=2), "max_pool": F.max_pool2d(x, 2),
    "avg_pool": F.avg_pool2d(x, 3, 1, 1, count_include_pad=False), "adaptive_max_pool": F.adaptive_max_pool2d(x, (2, 3)),
    "adaptive_avg_pool": F.adaptive_avg_pool2d(x, 1), "normalize": F.normalize(x), "layer_norm": F.layer_norm(x, (5,)),
    "bilinear": F.interpolate(x, (4, 9), mode="bilinear"), "bilinear_aa": F.interpolate(x, (3, 2), mode="bilinear", antialias=True),
    "bicubic": F.interpolate(x, (4, 9), mode="bicubic"), "bicubic_aa": F.interpolate(x, (3, 2), mode="bicubic", antialias=True),
    "nearest": F.interpolate(x, (4, 9)), "pad": F.pad(x, (1, 2, 0, 1), value=0.5), "pad_reflect": F.pad(x, (1, 2, 0, 1), "reflect"),
    "pixel_shuffle": F.pixel_shuffle(x.repeat(1, 4, 1, 1), 2),
    "grid_sample": F.grid_sample(u, F.affine_grid(theta, (1, 3, 4, 4), align_corners=False), align_corners=False),
    # activation
    "softmax": a.softmax(1), "log_softmax": a.log_softmax(0), "softplus": F.softplus(a), "log_sigmoid": F.logsigmoid(a * 50),
    "elu": F.elu(a, 0.5), "hardsigmoid": F.hardsigmoid(a * 4), "erf": a.erf(),
}

tensors = {f"in/{name}": tensor for name, tensor in inputs.items()}
for name, result in cases.items():
    if isinstance(result, list):
        tensors.update({f"out/{name}.{index}": part for index, part in enumerate(result)})
    else:
        tensors[f"out/{name}"] = result
for name, draw in {
    "rand": lambda g: torch.rand(3, 5, generator=g),
    "randn": lambda g: torch.randn(4, 5, generator=g),
    "randint": lambda g: torch.randint(-3, 10, (7,), generator=g),
    "randperm": lambda g: torch.randperm(11, generator=g),
    "bernoulli": lambda g: torch.empty(20).bernoulli_(0.3, generator=g),
    "uniform": lambda g: torch.empty(5).uniform_(-2, 2, generator=g),
    "normal": lambda g: torch.empty(20).normal_(1, 3, generator=g),
    "multinomial": lambda g: torch.multinomial(p, 2, generator=g),
}.items():
    tensors[f"out/{name}"] = draw(torch.Generator().manual_seed(9))
save_file({name: tensor.clone().contiguous() for name, tensor in tensors.items()}, FIXTURES / "operators.safetensors")
print(len(tensors), "tensors")
