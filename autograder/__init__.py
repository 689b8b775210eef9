"""Build, release and grade notebook assignments with nbgrader. Test cells import `autograder.check`."""
