"""Every sentence that a check can say, whole, with named fields."""

from __future__ import annotations

import types
from collections.abc import Mapping

TEXTS: Mapping[str, str] = types.MappingProxyType(
    {
        # Lines that stand first or last.
        "passed": "✓ {what}",
        "failed": "✗ {what}",
        "not_attempted": "○ {what}: not attempted yet.",
        "input": "Input: {on}",
        "place": "Where: {place}.",
        "trap": "It looks as if {trap}.",
        # Types.
        "none": "Got None, expected {expected}: did you forget `return`?",
        "none_written": "You wrote None, expected {expected}.",
        "type": "Returned a value of type {got}, expected {expected}.",
        "plain_from_tensor": "Returned a value of type {got}, expected {expected}: `.item()` gives it, of a tensor with one element.",
        "number_from_tensor": "Returned a tensor, expected a plain number: `.item()` gives it.",
        "array_from_tensor": "Returned a tensor, expected a NumPy array.",
        "tensor_from_array": "Returned a NumPy array, expected a tensor.",
        "tensor_from_number": "Returned a plain number, expected a tensor.",
        "bool_is_no_number": "Returned {got}, expected a number: True and False are not numbers here.",
        "plain_type": "Returned {got}, of type {got_type}; expected {expected}, of type {expected_type}.",
        "plain_type_written": "You wrote {got}, of type {got_type}; expected {expected}.",
        "numpy_number": "Returned a NumPy number, of type {got}; expected {expected}: `.item()` gives it.",
        # Tensors and numbers.
        "shape": "Shape: got {got}, expected {expected}.",
        "dtype": "Dtype: got {got}, expected {expected}. The shape {shape} is right.",
        "layout": "Layout: got {got}, expected {expected}.",
        "device": "Device: got {got}, expected {expected}.",
        "values": "Values: {wrong} of {total} differ, most of all at index {index}: got {got}, expected {expected}."
        " The shape {shape} is right.",
        "value": "Value: got {got}, expected {expected}.",
        "whole": "The result is\n{got}\nand this is expected:\n{expected}",
        # Collections.
        "length": "Length: got {got_length}, expected {expected_length}. The result is {got}.",
        "length_written": "Length: you wrote {got}, of length {got_length}; expected a length of {expected_length}.",
        "keys": "Keys: got {got}, expected {expected}.",
        "members": "Got {got}, expected {expected}.",
        # Exceptions.
        "nothing_raised": "Expected {expected}, but the call returned {got}.",
        "raised_another": "Expected {expected}, but the call raised {got}: {message}",
        "message_lacks": "The message of {got} should mention {mentions}. It says: {message}",
        # The form of a prediction.
        "form_shape": "A shape is a tuple of whole numbers, such as (2, 3) or (4,), or None if torch refuses. You wrote {got}.",
        "form_number": "Write a number, such as 6 or 0.5. You wrote {got}.",
        "form_bool": "Write True or False. You wrote {got}.",
        "form_dtype": "Write a dtype, such as torch.float32, or None if torch refuses. You wrote {got}.",
        "form_letter": 'Write one capital letter from {first} to {last}, in quotes: "{first}". You wrote {got}.',
        "form_tuple_without_quotes": "Write a tuple, without quotes, such as (2, 3). You wrote {got}.",
        "form_without_quotes": "Leave out the quotes. You wrote {got}.",
        # How an answer is written and what it does.
        "uses": "Line {line} of {function} uses {thing}: find a way without it.",
        "no_source": "The code of this answer cannot be read: write it with `def` or `class` in its cell.",
        "changed": "The call changed its argument {position} in place: work on a copy, or build a new tensor.",
        "shares": "The result shares memory with the first argument: expected a copy.",
        "copies": "The result is a copy: expected a view that shares memory with the first argument.",
        "grows": "The small input took {small} operators and the large one {large}: the number must not grow with the"
        " size. Let one operator work on all of it at once, in place of a loop over a size in which the two inputs differ.",
    }
)


def text(key: str, **fields: object) -> str:
    """The sentence with its fields filled in."""
    return TEXTS[key].format(**fields)
