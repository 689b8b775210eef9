"""Every sentence of the figures, whole and with named fields, so that it can be translated."""

from typing import Final

ALT_LIMIT: Final = 250

SENTENCES: Final = {
    # Alternative texts, and the longer words below a figure.
    "the_tensor": "The tensor",
    "matrix": "{name} has shape {shape} and dtype {dtype}: {values}.",
    "matrix_big": "{name} has shape {shape} and dtype {dtype}, with values from {least} to {most}.",
    "matrix_empty": "{name} has shape {shape} and dtype {dtype}: it has no elements.",
    "matrix_words": "{name} has shape {shape} and holds {values}.",
    "highlight_cell": "Entry ({i}, {j}), which is {value}, is highlighted.",
    "highlight_row": "Row {i} is highlighted.",
    "highlight_column": "Column {j} is highlighted.",
    "memory": "{name} has shape {shape}, stride {stride} and storage offset {offset}. "
    "Its elements, row by row, lie at offsets {offsets} of a storage of {cells} cells.",
    "memory_big": "{name} has shape {shape}, stride {stride} and storage offset {offset}, "
    "and reads {used} of the {cells} cells of its storage.",
    "memory_words": "The storage holds, from offset 0: {values}. Element {index} lies at offset {offset}, "
    "the next ones row by row at {offsets}.",
    "product": "Row {row} of A {a} meets column {column} of B {b}: entry ({row}, {column}) of A @ B {c} is {sum} = {value}.",
    "product_big": "Row {row} of A {a} meets column {column} of B {b}: the sum of {k} products is entry "
    "({row}, {column}) of A @ B {c}, {value}.",
    "product_words": "A is {left}. B is {right}. A @ B is {result}.",
    "outer_sum": "A {a} times B {b} as a sum of outer products, {k} in all: "
    "each column of A with the row of B of the same index.",
    "outer_words": "Column {i} of A with row {i} of B gives {values}.",
    "outer_total": "Their sum, A @ B, is {values}.",
    "slabs": "{name} has shape {shape}: a stack of {count} slabs, each {rows} by {columns}.",
    "slab_words": "Slab {i} holds {values}.",
    "batch": "Batched product of A {a} and B {b}: slab b of A times slab b of B gives slab b of the result {c}, for b below {count}.",
    "batch_reused": "Batched product of A {a} and B {b} giving {c}: the single slab of {which} is used again for each of {count} pairs.",
    "broadcast": "Shapes {shapes}, aligned at their last dimensions, broadcast to {result}.",
    "broadcast_refused": "Shapes {shapes} do not broadcast: dimension {axis} has the sizes {sizes}, "
    "and sizes must be equal or 1.",
    "inner": "A {a} times B {b}: the inner dimensions are both {k}, and the result has shape {result}.",
    "inner_clash": "A {a} times B {b} is refused: the inner dimensions are {left} and {right}.",
    "inner_batch": "A {a} times B {b} is refused: the inner dimensions are both {k}, "
    "but the batch dimensions {left} and {right} do not broadcast.",
    "plane": "{name}, {values}, sends (1, 0) to {first} and (0, 1) to {second}; "
    "the unit square becomes a parallelogram of area {area}.",
    "plane_flat": "{name}, {values}, sends (1, 0) to {first} and (0, 1) to {second}; the unit square collapses to area 0.",
    "bars": "{name}: bars for {items}.",
    "bars_big": "{name}: {count} bars, from {least_label} at {least} to {most_label} at {most}.",
    "lines": "{name} against {x_label}, for {x_first} to {x_last}: {series}.",
    "lines_item": "{label} goes from {first} to {last}",
    "lines_big": "{name} against {x_label}, for {x_first} to {x_last}: {count} curves, named {labels}.",
    "diagram": "{name}: {arrows}.",
    "diagram_big": "{name}: {boxes} boxes joined by {arrows} arrows.",
    "diagram_arrow": "{source} to {target}",
    "diagram_arrow_label": "{source} to {target} ({label})",
    "diagram_only": "{name}: boxes {boxes}.",
    "the_diagram": "A diagram",
    "the_chart": "A chart",
    "the_table": "A table",
    "table": "{name}: {rows}.",
    "table_row": "{row}: {cells}",
    "table_big": "{name}: {rows} rows by {columns} columns of yes, no or partly.",
    "the_lanes": "A timeline",
    "lanes": "{name}. {parts}.",
    "lane": "{lane}: {blocks}",
    "lane_block": "{label} from {start} to {end}",
    "lane_mark": "{mark} at {time}",
    "lane_unit": " Times in {unit}.",
    "lane_until": "{lane}: {count} blocks, the last one until {end}",
    # What is written inside pictures.
    "shape_dtype": "shape {shape} · {dtype}",
    "no_elements": "no elements",
    "strides": "stride {stride} · storage offset {offset}",
    "storage": "offset in the storage of {cells} cells",
    "absent": "absent: counts as 1",
    "stretched": "a 1, stretched",
    "refused": "refused",
    "result": "result",
    "summed": "inner: {k} = {k}, summed over",
    "clash": "inner: {left} is not {right}",
    "batch_clash": "batch: {left} and {right} do not broadcast",
    "heat": "darker: larger · purple: negative",
    "number": "a 0-d tensor: one number",
    "before": "before: x",
    "after": "after: x @ W",
    "area": "area after: |det W| = {area}",
    "again": "again",
    # Errors.
    "not_tensor": "draw.{where}: {name} is a {type}, not a tensor. Make a tensor of it first: torch.tensor(...).",
    "dimensions": "draw.{where}: {name} has shape {shape}, which is {have} dimensions; this picture needs {need}. "
    "Pick a part, such as {name}[0], or reshape it.",
    "too_many": "draw.{where}: {name} has shape {shape}; this picture holds at most {limit}. "
    "Draw a part of it, such as {name}[..., :4].",
    "count": "draw.{where}: {name} has {have} entries; this picture holds at most {limit}. Leave some out.",
    "storage_size": "draw.memory: the storage of x has {have} cells; this picture holds at most {limit}. "
    "Make x from a smaller tensor, or draw x.clone().",
    "no_values": "draw.{where}: {name} is on the device {device}, where tensors have no values. "
    "Make it on a real device, such as 'cpu'.",
    "layout": "draw.{where}: {name} has the layout {layout}. Draw {name}.to_dense() instead.",
    "too_wide": "draw.{where}: the picture would be {width} wide, and its text too small to read (limit: {limit}). "
    "Draw fewer columns, or shorten the labels.",
    "inner_sizes": "draw.{where}: A has {left} columns and B has {right} rows; a product needs as many of one as of the "
    "other. Check the shapes {a} and {b}.",
    "index": "draw.{where}: {name} is {value}, but there are only {size} (0 to {last}). Use an index in that range.",
    "highlight": "draw.matrix: highlight is {value}. Use (row, column), ('row', i), ('column', j) or None.",
    "batches": "draw.batch_product: A has a batch of {left} and B one of {right}. Make them equal, or one of them 1.",
    "shape": "draw.{where}: {value} is not a shape. Pass a tuple of sizes, such as (2, 3), or x.shape.",
    "shape_length": "draw.{where}: the shape {value} has {have} dimensions; this picture needs {need}.",
    "no_shapes": "draw.broadcast: there is nothing to draw. Pass one or more shapes, such as (3, 1), (4,).",
    "lengths": "draw.{where}: {first} has {have} entries and {second} has {need}. Give both the same number.",
    "nothing": "draw.{where}: {name} is empty. Give at least one.",
    "positive": "draw.lines: {name} holds {value}; a logarithmic axis shows positive numbers only. "
    "Drop that point, or draw with log=False.",
    "number_needed": "draw.{where}: {name} holds {value}, which is not a finite number. Leave it out.",
    "no_box": "draw.diagram: an arrow names the box {name}, which is not in boxes. The boxes are {names}.",
    "same_place": "draw.diagram: the boxes {first} and {second} share column {column}, row {row}. Move one of them.",
    "lane_order": "draw.lanes: in {lane}, the block {label} from {start} to {end} overlaps another one, runs backwards or starts "
    "before 0. Give each block of a lane its own time.",
    "no_lane": "draw.lanes: an arrow names the lane {name}, which is not in blocks. The lanes are {names}.",
    "unknown_size": "draw.plane: W has shape {shape}; only a (2, 2) tensor moves the plane. Pass a 2x2 tensor.",
}


def say(key: str, **fields: object) -> str:
    return SENTENCES[key].format(**fields)


def first_that_fits(*texts: str) -> str:
    """The most telling alternative text within the limit; the last one is cut when none is."""
    for text in texts:
        if len(text) <= ALT_LIMIT:
            return text
    return texts[-1][: ALT_LIMIT - 1] + "…"
