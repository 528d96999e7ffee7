// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli;

/// <summary>A command cannot go on. The message says what was attempted, why it failed and what to do next.</summary>
internal sealed class CliException(string message, int exitCode = ExitCode.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
