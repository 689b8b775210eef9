"""nbgrader's configuration for this course: where things lie, and the traps of a stock set-up, closed.

nbgrader goes on with its defaults when this file fails, so it imports nothing of the course and names classes by strings.
Every path is absolute, so that the server's extensions find the same course from whatever folder they work in.
"""

import contextlib
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent
GRADEBOOK = ROOT / "gradebook"
WORK = ROOT / "work"

with contextlib.suppress(OSError):  # a read-only course can still be looked at
    (GRADEBOOK / "exchange").mkdir(parents=True, exist_ok=True)
    WORK.mkdir(exist_ok=True)

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.CourseDirectory.course_id = "torch-foundations"
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "gradebook/submitted"
c.CourseDirectory.autograded_directory = "gradebook/autograded"
c.CourseDirectory.feedback_directory = "gradebook/feedback"
c.CourseDirectory.solution_directory = "gradebook/solution"
c.CourseDirectory.source_with_tests_directory = "gradebook/source_with_tests"
c.CourseDirectory.db_url = f"sqlite:///{GRADEBOOK / 'gradebook.db'}"
c.Exchange.root = str(GRADEBOOK / "exchange")
c.Exchange.cache = str(GRADEBOOK / "cache")
c.Exchange.assignment_dir = str(WORK)
c.CsvExportPlugin.to = str(GRADEBOOK / "grades.csv")

# nbgrader copies what lies beside a notebook to learners and into the grading folder: no text source, bank or editor's copy may.
c.CourseDirectory.ignore = [
    *("*.py", "*.py[co]", "*.toml", "__pycache__", "*.egg-info", ".*", "feedback"),
    *("*~", "#*#", "*.sw?", "*.bak", "*.orig", "*.rej", "*.tmp", "*.ipynb_*"),
]

# The gate stands first: nothing of a source that has not passed it is written, whoever asks.
c.GenerateAssignment.preprocessors = [
    "autograder.release.RefuseUnreleased",
    "nbconvert.preprocessors.TagRemovePreprocessor",
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"solution-notes"}  # explanations of solutions stay with the instructor
c.ClearSolutions.code_stub = {"python": "# your code here"}

# Grading runs learners' code in a sandbox and tests out of its sight, and writes notebooks that are safe to open: autograder/grade.
c.Autograde.exporter_class = "autograder.adapter.GradingExporter"
c.Autograde.pre_convert_hook = "autograder.adapter.expected_notebooks"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]
c.GenerateFeedback.exporter_class = "autograder.feedback.FeedbackExporter"

# Only Validate, which a learner runs on their own notebook, still uses nbgrader's kernel.
# A cell with this tag is not run, and a test cell that is not run scores full points: no learner can guess the tag.
c.Execute.skip_cells_with_tag = f"skip-{uuid.uuid4().hex}"
# Text on stderr scores 0 in a test cell, so both Python's stderr and the process's go to stdout; an untouched answer is an
# error here and a remark in the learner's own notebook. Validate reads Execute too.
c.Execute.extra_arguments = [
    "--IPKernelApp.exec_lines=import os, sys; os.environ['TORCH_FOUNDATIONS_GRADING'] = '1'; "
    "sys.stderr = sys.stdout; os.dup2(1, 2)",
    "--IPKernelApp.log_level=ERROR",
]
c.Execute.shutdown_kernel = "immediate"  # a polite goodbye costs a second a submission
c.Execute.timeout = 60
c.Execute.iopub_timeout = 30
c.Execute.startup_timeout = 120
