"""The demo as an app, so that its commands are found."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """No models."""

    name = "wholesale.demo"
    label = "demo"
