// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Probing;

namespace Pelago.Node.Pods;

/// <summary>Runs a postStart or preStop handler.</summary>
internal static class LifecycleHook
{
    /// <summary>Null when it went well, else what Events say about it.</summary>
    public static async Task<string?> RunAsync(V1LifecycleHandler handler, ProbeTarget target, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            if (handler.Exec is { } exec)
                return await RunCommandAsync(exec, target, cancel);
            if (handler.HttpGet is { } http)
            {
                ProbeOutcome outcome = await HttpProbe.RunAsync(http, target, cancel);
                return outcome.Result == ProbeResult.Success ? null : outcome.Output;
            }
            if (handler.Sleep is { } sleep)
                await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), time, cancel);
            return null;
        }
        // Whatever goes wrong is the hook's: a container is stopped all the same.
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return fault.Message;
        }
    }

    private static async Task<string?> RunCommandAsync(V1ExecAction exec, ProbeTarget target, CancellationToken cancel)
    {
        (int code, string output) = await CommandRun.RunAsync(target.Runtime, target.ContainerId, exec.Command, cancel);
        return code == 0 ? null : $"command '{string.Join(' ', exec.Command)}' exited with {code}: {output}, message: \"{output}\"";
    }
}
