// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Pods;

/// <summary>Why a container that should run does not: the reason and message of its waiting state.</summary>
internal readonly record struct WaitingReason(string Reason, string Message)
{
    public const string CrashLoopBackOff = "CrashLoopBackOff";
    public const string CreateContainerConfigError = "CreateContainerConfigError";
    public const string CreateContainerError = "CreateContainerError";
    public const string RunContainerError = "RunContainerError";
    public const string PostStartHookError = "PostStartHookError";
}
