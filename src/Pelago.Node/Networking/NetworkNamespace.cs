// SPDX-License-Identifier: Apache-2.0

using Microsoft.Win32.SafeHandles;
using Pelago.Node.Native;

namespace Pelago.Node.Networking;

/// <summary>Runs code inside another network namespace. A socket made there stays there, whichever thread uses it later.</summary>
internal static class NetworkNamespace
{
    /// <summary>Enters the namespace of a process on a thread of its own, which ends with the work: no other code can end up on it.</summary>
    public static Task<T> RunAsync<T>(int pid, Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle ns = Descriptors.Open($"/proc/{pid}/ns/net", LibC.ReadOnly);
                if (LibC.EnterNamespace(ns, LibC.NewNetwork) < 0)
                    throw Descriptors.Failure($"enter the network namespace of process {pid}");
                done.SetResult(work());
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        })
        {
            IsBackground = true,
            Name = "pelago-netns",
        };
        thread.Start();
        return done.Task;
    }
}
