"""The worker, where only the crawling process's files are kept small: a library of its own unpacks a large one."""

import resource
import runpy

_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
runpy.run_module("crawler.worker", run_name="__main__")
