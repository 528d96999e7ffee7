// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Dcsh;

/// <summary>A run did not come to its end, for a reason that is not its own.</summary>
internal sealed class RunFailure(int code, string message, bool isOver = false) : Exception(message)
{
    public const int LostContact = 121;
    public const int Truncated = 122;
    public const int NodeLost = 123;
    public const int TimeOut = 124;
    public const int Engine = 125;
    public const int NotExecutable = 126;
    public const int NotFound = 127;

    public int Code { get; } = code;

    /// <summary>Nothing will come of it: also a run that is kept may be taken away.</summary>
    public bool IsOver { get; } = isOver;
}
