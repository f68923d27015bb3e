"""The types of a program, as the component of the other Python has them."""

from dataclasses import dataclass


@dataclass
class Text:
    name: bytes
    content: bytes


@dataclass
class Source_Command:
    value: bytes


@dataclass
class Source_File:
    value: Text


@dataclass
class Source_Input:
    value: bytes


@dataclass
class Source_Module:
    value: bytes


@dataclass
class Source_Prompt:
    pass
