"""Whether objects are what the API server takes: unknown fields are refused, of Kubernetes' own kinds at every level.

Of custom resources, whose definitions come with their operators, `custom_resources.py` knows the upper levels.
"""

from collections.abc import Iterable, Iterator

import kubernetes_validate
from jsonschema import Draft202012Validator

from k8s.check.custom_resources import SCHEMA_OF_KIND
from k8s.check.rendering import KUBERNETES_VERSION, Object


def name_of(one: Object) -> str:
    """What an object is called where something is wrong with it."""
    return f"{one.get('kind', '?')} {one.get('metadata', {}).get('name', '?')}"


def find_misfits(objects: Iterable[Object]) -> Iterator[str]:
    """A sentence for each field that does not fit."""
    for one in objects:
        schema = SCHEMA_OF_KIND.get((one["apiVersion"], one["kind"]))
        if schema is None:
            yield from _misfits_of_kubernetes(one)
        else:
            for error in Draft202012Validator(schema).iter_errors(one):
                yield f"{name_of(one)}: {error.json_path}: {error.message}"


def _misfits_of_kubernetes(one: Object) -> Iterator[str]:
    try:
        kubernetes_validate.validate(one, KUBERNETES_VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        place = ".".join(str(part) for part in error.path)
        yield f"{name_of(one)}: {place}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError:
        yield f"{name_of(one)}: Kubernetes {KUBERNETES_VERSION} has no {one['apiVersion']} {one['kind']}"
