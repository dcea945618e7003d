// Seeds, tensor counts and thread counts are the process's: tests that look at them cannot run beside others.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
