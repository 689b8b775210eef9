# %% [markdown]
# # 00 · Start here
#
# Where do I work, and how am I graded?
#
# You are reading a notebook. It feels like one thing, and it is three: a page in your browser, a Python that runs somewhere else, and a file.
# Nearly every surprise of a first week with notebooks comes from taking one of them for another. So we take them apart first. Then we look at the machine
# you got, and at how your work becomes a score. Run each cell as you reach it: click into it and press **Shift + Enter**.

# %% [markdown]
# ## What you will be able to do
#
# - **order**: say what a name holds after cells ran in some order (`total_now`)
# - **versions**: tell the CUDA that the driver can run from the CUDA that torch was built with (`built_with`)
# - **score**: work out a score from named checks (`score`)
# - **stale**: find a result that depends on what ran before, and mend it (`mean_loss`)

# %%
import os
import shutil
import subprocess
import sys
import tempfile

import torch
from torchscope import draw, reveal

# %% [markdown]
# ## Three places
#
# Your **browser** shows the page. The **runtime** is the computer that does the work; on it runs the **kernel**, one Python process that holds
# every name you define. The **notebook file** (`.ipynb`) keeps text, code and outputs. It keeps no names.
#
# When you run a cell, the browser sends its code to the kernel, and the kernel sends back what it prints. The next cell draws that:

# %%
draw.diagram(
    {
        "browser": (0, 0, "Browser\nshows the page"),
        "runtime": (1, 0, "Runtime\nkernel: your names"),
        "disk": (1, 1, "Its disk\nfiles, packages"),
        "file": (0, 1, "Notebook file\ntext, code, outputs"),
    },
    [("browser", "runtime", "code"), ("runtime", "browser", "outputs"),
     ("runtime", "disk", "files"), ("browser", "file", "save")],
    title="Who holds what",
)

# %% [markdown]
# Every notebook of this course runs in Colab and in JupyterLab. The difference is who owns the runtime:
#
# | | Colab | JupyterLab |
# |---|---|---|
# | runtime | a virtual machine (VM) lent by Google | your computer, or your school's server |
# | the notebook file | in your Google Drive, once you save it there | in the folder you started from |
# | idle for long | disconnected, then deleted | goes on (a school's server may stop it) |
# | a GPU | **Runtime → Change runtime type** | whatever the machine has |
# | start clean | **Runtime → Restart session and run all** | **Kernel → Restart Kernel and Run All Cells…** |
#
# A notebook that you open from its Colab badge is only a visitor. **File → Save a copy in Drive** makes it yours; do that before you type.
#
# Colab promises no fixed limits. A free VM lives for hours, not days; an idle one goes sooner. The GPU quota changes with demand: when
# yours is spent, work on the CPU or come back later. Everything in this course runs on a CPU, so save the quota for chapter 06.

# %% [markdown]
# ## What survives?
#
# The course asks you to **predict**, then **run**, then **explain**. You write down a guess *before* you see the answer. A wrong guess is worth
# more than a right one: it shows exactly which idea to repair. Here is the first. One note goes into the kernel, another, an empty file, onto the disk:

# %%
note = "I live in the kernel"
path = tempfile.mkstemp()[1]  # a new file

# %% [markdown]
# A kernel restart is nothing but a new Python process. We can start one from here, and ask it how many of the two it finds. Replace the `...` by your guess and run that cell; the one
# below it tells you.

# %%
question = f"import os; print(('note' in globals()) + os.path.exists({path!r}))"

def ask_a_new_python(question):
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True)
    return int(answer.stdout)

# %% predict="notes"
notes_found = ...  # 0, 1 or 2

# %% reveal="notes" answer="1"
reveal(notes_found, lambda: ask_a_new_python(question), who="the new Python")

# %% [markdown]
# Explain it to yourself, then compare:
#
# <details>
# <summary>Why</summary>
#
# It finds one, the file. The name `note` lived in the old process only.
#
# </details>
#
# **Change it:** add a cell with `os.remove(path)`. It does to our file what Colab does to the whole disk of a deleted VM. How many notes does
# `ask_a_new_python(question)` find now? The picture has the complete list:

# %%
draw.table(
    ["names, tensors", "saved notebook", "files on the VM", "installed packages", "files on Drive"],
    ["kernel restart", "lost connection", "VM deleted"],
    [["no", "yes", "no"], ["yes"] * 3, ["yes", "yes", "no"], ["yes", "yes", "no"], ["yes"] * 3],
    title="What survives what, in Colab",
)

# %% [markdown]
# A lost connection costs nothing as long as the VM lives: reconnect and the names are there. In JupyterLab the first two columns hold too, and nobody
# deletes the machine. To keep more than the notebook in Colab, mount Drive and write your files there:
#
# ```python
# from google.colab import drive
# drive.mount("/content/drive")   # then save under /content/drive/MyDrive
# ```
#
# Look at the first two rows again. A saved notebook keeps its outputs through everything. The names they came from do not survive even a restart.

# %% [markdown]
# ## The output that is no longer true
#
# To see what that does, we build a notebook of three cells inside this one. A dictionary holds the cells, another plays the kernel, a third the page:

# %%
cells = {1: "price = 10", 2: "total = price * 3", 3: "bill = total + 6"}

def run(order, kernel, page):
    for number in order:
        exec(cells[number], kernel)                       # run the text of the cell
        page[number] = kernel[cells[number].split()[0]]   # show the name it set

# %%
kernel, page = {}, {}
run([1, 2, 3], kernel, page)
page

# %% [markdown]
# So far, so good. Now the price changes. You edit cell 1 and run it, and only it:

# %%
cells[1] = "price = 20"
run([1], kernel, page)

# %% predict="stale"
under_cell_3 = ...  # the number that stands under cell 3 now

# %% reveal="stale" answer="36"
reveal(under_cell_3, lambda: page[3], who="the page")

# %% [markdown]
# <details>
# <summary>Why</summary>
#
# Still 36, on a page that says the price is 20. Only cell 1 ran, so only the output of cell 1 is new.
#
# </details>
#
# Nothing failed, nothing turned red. An output is a photograph: it shows what was true when the cell
# last ran. Restart and run all takes every photograph anew, from an empty kernel, top to bottom:

# %%
fresh = {}
run([1, 2, 3], {}, fresh)
fresh

# %%
draw.table(
    [f"{cells[number]} → {page[number]}" for number in cells],
    ["still true"],
    [["yes" if page[number] == fresh[number] else "no"] for number in cells],
    title="Two of three outputs are stale",
)

# %% [markdown]
# **Change it:** give the fresh run the order `[1, 2, 3, 3]`. Nothing changes. Now make cell 3 `"total = total + 6"` and run this section again. Which cells may run twice?
#
# <details>
# <summary>Which</summary>
#
# A cell may run twice when it does not read the name it sets: `total = price * 3` may, `total = total + 6` may not.
#
# </details>
#
# A deleted cell is another way to fool yourself. The page has lost cell 1; the kernel still remembers what it did:

# %%
del cells[1], page[1]
run([2, 3], kernel, page)
page

# %%
try:
    run([2, 3], {}, {})
except NameError as error:
    print("NameError:", error)

# %% [markdown]
# Your old kernel finds `price` and is content. An empty one, such as your grader's, stops.
#
# > **Common trap.** "It works on my screen." The number beside a cell, like `[7]`, counts the runs: this one was the seventh. If the numbers do not rise from top to bottom, the
# > page mixes several histories. Restart and run all before you believe a result, and before you hand anything in.

# %% [markdown]
# ## Which machine did I get?
#
# Ask torch which build it is, which CUDA and which cuDNN it brings; then whether it can use a GPU, how many there are, and their names. These outputs belong to one
# machine, so yours will differ from the stored ones:

# %% tags=["nbval-ignore-output"]
torch.__version__, torch.version.cuda, torch.backends.cudnn.version()

# %% tags=["nbval-ignore-output"]
print(torch.cuda.is_available(), torch.cuda.device_count())
[torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]

# %% [markdown]
# **CUDA** is NVIDIA's platform for general computing on its GPUs: compiler, libraries, and a driver below them. **cuDNN** is NVIDIA's library of ready-made
# neural-network operations on top of it; its version `91002` reads 9.10.2. A GPU build of torch brings its own copies of these libraries. The driver it must find on the machine.
#
# The suffix of `torch.__version__` names the build. `2.11.0+cu126` was built with CUDA 12.6. `2.11.0+cpu` has no CUDA in it: `torch.version.cuda` is `None`, and no GPU is
# available, however good the one in the machine. Where there is no suffix, as on a Mac, ask `torch.version.cuda`.
#
# `nvidia-smi` is a program of its own. It comes with the driver and knows nothing of torch:

# %% tags=["nbval-ignore-output"]
if shutil.which("nvidia-smi"):
    print(subprocess.run(["nvidia-smi"], capture_output=True, text=True).stdout)
else:
    print("No nvidia-smi on this machine: it has no NVIDIA driver.")

# %% [markdown]
# No GPU at hand? This is the kind of line to look for at the top:
#
# ```text
# NVIDIA-SMI 580.65.06      Driver Version: 580.65.06      CUDA Version: 13.0
# ```
#
# Its CUDA version is the one this *driver* was made for; the driver runs older ones too. `torch.version.cuda` is a fact about *torch*: the CUDA it was built with.

# %%
draw.diagram(
    {
        "code": (0, 0, "Your code"),
        "torch": (0, 1, "torch 2.11.0+cu126\nbuilt with CUDA 12.6"),
        "driver": (0, 2, "driver 580\nmade for CUDA 13.0"),
        "gpu": (0, 3, "GPU"),
    },
    [("code", "torch", "calls"), ("torch", "driver", "12.6 fits under 13.0"), ("driver", "gpu", "drives")],
    title="Two CUDA versions, both right",
)

# %% [markdown]
# > **Common trap.** "`nvidia-smi` says 13.0 and torch says 12.6: something is broken." Nothing is. Newer drivers run what older CUDA built. Trouble starts the other way
# > round, when torch needs a newer major version than the driver offers. Then `torch.cuda.is_available()` says `False`.
#
# **Change it:** in Colab, choose a GPU under **Runtime → Change runtime type** and run this section again. You get *another VM*, so the third column of the table applies: your
# names and files are gone, and the setup cell at the top has to run once more.

# %% [markdown]
# ## How you are graded
#
# Each chapter has an assignment. An exercise is an answer cell with test cells below it. Each test cell is one named **check** with points of its own, all or nothing. You
# can run its visible part as often as you like; grading adds hidden inputs, so that an answer that fits the example alone does not pass. A **failing check** is no verdict.
# It says on which input, what came back, and what was expected:

# %%
from autograder import check

try:
    check.equal(3 - 2, 5, on="a = 3, b = 2", traps={"this is a - b: the task says a + b": 1})
except AssertionError as failure:
    print(failure)

# %% [markdown]
# The last line appears when your answer equals a mistake we know. Still stuck? Each exercise has three folded **hints**: a nudge, the idea, nearly the code. Opening one costs
# nothing.
#
# The **score** is the sum of the checks that passed. Say three checks are worth 4, 3 and 3 points, and the second fails on one input of five:

# %%
points = {"values": 4, "shapes": 3, "no_loop": 3}
passed = {"values": True, "shapes": False, "no_loop": True}

# %% predict="points"
earned = ...  # a number of points

# %% reveal="points" answer="7"
reveal(earned, lambda: sum(points[name] for name in points if passed[name]), who="the rule")

# %% [markdown]
# A check that is right on four inputs of five earns nothing of its 3 points. **Change it:** let `values` fail instead, and predict again.
#
# This is the way of a **submission**. Where JupyterLab has it, use **Nbgrader → Assignment List → Submit**; elsewhere, and from Colab, download the `.ipynb` and hand
# it in where your course tells you. Only the file travels: no names, no kernel. Its old outputs count for nothing, and neither do edits to test cells: those are put back. A check on an answer you
# never touched says "not attempted", scores 0, and lets the rest run.

# %%
draw.diagram(
    {
        "file": (0, 0, "Your file\nanswers"),
        "mend": (1, 0, "Repair\nour tests put back"),
        "run": (1, 1, "Empty kernel\nruns top to bottom"),
        "checks": (0, 1, "Checks\nvisible and hidden"),
        "score": (0, 2, "Score\nsum of passed checks"),
        "you": (1, 2, "Feedback\none message a check"),
    },
    [("file", "mend", "submit"), ("mend", "run", ""), ("run", "checks", ""),
     ("checks", "score", ""), ("score", "you", "")],
    title="The way of a submission",
)

# %% [markdown]
# ## Recap
#
# - The kernel holds names, the file holds outputs, and only one of the two survives a restart.
# - `nvidia-smi` names the CUDA the driver was made for; `torch.version.cuda` names the one torch was built with.
# - A check is all or nothing, a score is their sum, and an empty kernel decides: restart and run all first.
#
# ## Next
#
# [The exercises](../exercises/00_start_here/00_start_here.ipynb): ten points, ten minutes, and no tensor needed yet. Then chapter 01 asks what a tensor is.
