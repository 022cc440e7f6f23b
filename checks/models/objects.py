"""Objects that are rebuilt from bytes."""

from __future__ import annotations

from checks.models.conditions import allows_pickle, no_safe_loader, no_weights_only
from checks.models.facts import Library


def _kind(site: object) -> str:
    return str(getattr(site, "callee", ""))


objects = Library("https://docs.python.org/3/library/pickle.html")
objects.sink(
    "pickle",
    "pickle.{load,loads,Unpickler}",
    "_pickle.{load,loads}",
    "dill.{load,loads}",
    "cloudpickle.{load,loads}",
    "marshal.{load,loads}",
    "joblib.load",
    "pandas.read_pickle",
    "jsonpickle.decode",
    "jsonpickle.unpickler.decode",
    "shelve.open",
    "kombu.serialization.pickle_loads",
    "sklearn.externals.joblib.load",
    "compress_pickle.load",
)
objects.sink("pickle", "{pickle,_pickle,dill}.Unpickler().find_class", at="0/module 1/name")
objects.sink("pickle", "numpy.load", when=allows_pickle)
objects.sink("pickle", "torch.load", at="0/f", when=no_weights_only)
objects.sink("yaml", "yaml.load", "yaml.load_all", at="0/stream", when=no_safe_loader)
objects.sink("yaml", "yaml.{unsafe_load,unsafe_load_all,full_load,full_load_all}", at="0/stream")
objects.sink("yaml", "ruamel.yaml.{load,round_trip_load}", at="0/stream", when=no_safe_loader)
objects.sink(
    "yaml", "ruamel.yaml.YAML().load", at="0/stream", when=lambda site: "unsafe" in _kind(site)
)
