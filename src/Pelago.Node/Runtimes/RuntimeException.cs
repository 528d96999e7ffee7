// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Runtimes;

/// <summary>A runtime could not do what it was asked to. <see cref="Reason"/> is the word that pod status and events use.</summary>
public sealed class RuntimeException : Exception
{
    public RuntimeException(string reason, string message, Exception? inner = null)
        : base(message, inner) => Reason = reason;

    /// <summary>Such as StartError, NotFound, NotRunning, SandboxError.</summary>
    public string Reason { get; }

    public static RuntimeException NoContainer(string id) => new("NotFound", $"container {id} does not exist");

    public static RuntimeException NoSandbox(string id) => new("NotFound", $"pod sandbox {id} does not exist");
}
