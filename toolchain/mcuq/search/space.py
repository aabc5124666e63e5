"""What is searched: one gene a tensor, each with a short list of choices.

The search knows no models and no files: a genome is a tuple of choice indices, a score function
gives its loss, a cost function its bytes and instructions.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Genome = tuple[int, ...]


@dataclass(frozen=True)
class Choice:
    """One way to treat a tensor.

    Attributes:
        label: what it is called in reports ("int4:gptq").
        bytes: what it adds to the weight bytes; 0 for activations.
        family: choices of equal family cost the same bytes, more the larger it is: the bit width,
            the mean of several.
    """

    label: str
    bytes: int
    family: float


@dataclass(frozen=True)
class Gene:
    """A tensor and its choices; `reference` is the one nothing is lost with (int8, plain)."""

    name: str
    choices: tuple[Choice, ...]
    reference: int = 0


@dataclass(frozen=True)
class Space:
    """All genes, in the model's execution order.

    Attributes:
        cutting: places of the genes that say how much of a layer is left, less with every choice:
            they have no bytes, and decide those of others. The reference leaves all.
        sizes: genome → genes with the bytes that are left under it; None where none is cut.
    """

    genes: tuple[Gene, ...]
    cutting: tuple[int, ...] = ()
    sizes: Callable[[Genome], tuple[Gene, ...]] | None = None

    def under(self, genome: Genome) -> Space:
        """The space of all genomes with the cuts of `genome`: with the bytes that are left."""
        if self.sizes is None or all(genome[g] == self.genes[g].reference for g in self.cutting):
            return self
        return Space(self.sizes(genome), self.cutting)

    @property
    def reference(self) -> Genome:
        """The genome of every gene's reference choice."""
        return tuple(gene.reference for gene in self.genes)

    @property
    def size(self) -> int:
        """Number of genomes."""
        product = 1
        for gene in self.genes:
            product *= len(gene.choices)
        return product

    def weight_bytes(self, genome: Genome) -> int:
        """Bytes of all weights under `genome`."""
        genes = self.under(genome).genes
        return sum(gene.choices[index].bytes for gene, index in zip(genes, genome, strict=True))

    def smallest(self) -> Genome:
        """Fewest bytes: each weight's smallest choice, the last of equals, since recipes come in
        order from plain to strong; an activation's reference, since none costs bytes."""
        return tuple(
            gene.reference
            if len({choice.bytes for choice in gene.choices}) == 1
            else min(reversed(range(len(gene.choices))), key=lambda i: gene.choices[i].bytes)
            for gene in self.genes
        )

    @property
    def ends(self) -> tuple[Genome, ...]:
        """The reference, the smallest, and the smallest with the fewest channels."""
        smallest = self.smallest()
        return tuple(dict.fromkeys((self.reference, smallest, self.fewest_channels(smallest))))

    def fewest_channels(self, genome: Genome) -> Genome:
        """`genome` with every layer cut as far as can be."""
        for gene in self.cutting:
            genome = replaced(genome, gene, len(self.genes[gene].choices) - 1)
        return genome

    def random(self, rng: random.Random) -> Genome:
        """A genome drawn uniformly."""
        return tuple(rng.randrange(len(gene.choices)) for gene in self.genes)

    def siblings(self, gene: int, index: int) -> list[int]:
        """Other choices of `gene` with the same family as choice `index`: same bytes."""
        choices = self.genes[gene].choices
        family = choices[index].family
        return [i for i, c in enumerate(choices) if c.family == family and i != index]


def replaced(genome: Genome, gene: int, index: int) -> Genome:
    """`genome` with one choice exchanged."""
    return (*genome[:gene], index, *genome[gene + 1 :])


def labels(space: Space, genome: Genome) -> dict[str, str]:
    """Tensor name → choice label."""
    return {
        gene.name: gene.choices[index].label
        for gene, index in zip(space.genes, genome, strict=True)
    }
