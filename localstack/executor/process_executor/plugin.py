"""LocalStack finds the executor by this plugin, named in LAMBDA_RUNTIME_EXECUTOR."""

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """The plugin `process`."""

    name = "process"

    def load(self, *_args: object, **_kwargs: object) -> type:
        """The executor's class, imported only when LocalStack asks for it."""
        from process_executor.executor import ProcessRuntimeExecutor  # noqa: PLC0415

        return ProcessRuntimeExecutor
