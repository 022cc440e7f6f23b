"""Yearly archives of the loans."""

import subprocess

import yaml


def archive(year):
    target = f"/srv/exports/loans-{year}.tar.gz"
    subprocess.run(f"tar czf {target} /srv/loans/{year}", shell=True, check=True)
    return target


def archive_size(target):
    listing = subprocess.run(["tar", "tzf", target], capture_output=True, check=True)
    return len(listing.stdout.splitlines())


def read_plan(path):
    with open(path) as plan:
        return yaml.load(plan, Loader=yaml.Loader)


def read_calendar(path):
    with open(path) as calendar:
        return yaml.safe_load(calendar)
