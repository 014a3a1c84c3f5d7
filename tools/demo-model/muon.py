"""Muon (Keller Jordan, 2024): momentum whose update is made orthogonal. About twice as few
steps as AdamW for the matrices of a model this small; the rest stays with AdamW."""

import torch
from torch import Tensor


def orthogonalised(update: Tensor, steps: int = 5) -> Tensor:
    """The nearest matrix with all singular values about 1, by a quintic Newton-Schulz iteration."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = update.shape[0] > update.shape[1]
    x = update.T if tall else update
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, momentum: float = 0.95, weight_decay: float = 0.0):
        super().__init__(parameters, {"lr": 0.0, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                self._update(parameter, group)

    def _update(self, parameter: Tensor, group: dict) -> None:
        state = self.state[parameter]
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        velocity = state["momentum"]
        velocity.lerp_(parameter.grad, 1 - group["momentum"])
        update = orthogonalised(parameter.grad.lerp(velocity, group["momentum"]))
        # A tall matrix needs a larger step for its outputs to change as much.
        size = max(1.0, parameter.shape[0] / parameter.shape[1]) ** 0.5
        parameter.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-group["lr"] * size)
