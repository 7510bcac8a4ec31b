"""TOML in and out: shipped data, the user's copy over it, recipes, settings, the memory of mappings.

``files``    the folders; ``TUI_IMPORT_CONFIG`` names another one     ``shipped``   field catalogue, lists, the words of columns
``settings`` settings as tables, ``--set``                          ``recipes``   recipes read, written, listed
``memory``   what this user linked before
"""

from tui_import.config.files import read_layered, read_toml, shipped_folder, state_folder, user_folder
from tui_import.config.memory import load_memory, memory_path, recall, remember
from tui_import.config.recipes import dump_recipe, list_recipes, load_recipe, parse_recipe, recipe_folder, recipe_path, save_recipe
from tui_import.config.settings import apply_set, default_settings, settings_from_dict, settings_to_dict
from tui_import.config.shipped import load_catalogue, load_vocabulary, nearest, parse_catalogue, shipped_lists, unknown_field

__all__ = [
    "apply_set",
    "default_settings",
    "dump_recipe",
    "list_recipes",
    "load_catalogue",
    "load_memory",
    "load_recipe",
    "load_vocabulary",
    "memory_path",
    "nearest",
    "parse_catalogue",
    "parse_recipe",
    "read_layered",
    "read_toml",
    "recall",
    "recipe_folder",
    "recipe_path",
    "remember",
    "save_recipe",
    "settings_from_dict",
    "settings_to_dict",
    "shipped_folder",
    "shipped_lists",
    "state_folder",
    "unknown_field",
    "user_folder",
]
