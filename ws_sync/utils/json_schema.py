"""The generator of JSON Schemas that programs for PyPI's `ws-sync` import."""

from ws_sync._binding.schema_names import NamesByMode as CustomGenerateJsonSchema

__all__ = ["CustomGenerateJsonSchema"]
