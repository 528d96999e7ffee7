// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Logs;

namespace Pelago.Node.Containerd;

/// <summary>
/// Rotates logs that containerd writes (kubernetes pkg/kubelet/logs does the same): the file is renamed, then containerd opens a new one. One that is
/// missing, because somebody removed it or a daemon died in between, is opened anew too: nobody would read what is written without a name.
/// </summary>
internal sealed partial class ContainerLogs(ContainerdClient client, ContainerLedger ledger, LogRotation rotation, TimeProvider time, ILogger log)
{
    public async Task RotateAsync(CancellationToken cancel)
    {
        foreach (Runtimes.ContainerStatus container in ledger.Containers.Where(container => container.State == Runtimes.ContainerState.Running).ToList())
        {
            try
            {
                await LookAfterAsync(container.Id, container.LogPath, cancel);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException || (fault is RpcException && !cancel.IsCancellationRequested))
            {
                Log.NotRotated(log, container.LogPath, fault.Message);
            }
        }
    }

    private async Task LookAfterAsync(string id, string path, CancellationToken cancel)
    {
        if (path.Length == 0)
            return;
        var file = new FileInfo(path);
        if (!file.Exists)
            await ReopenAsync(id, cancel);
        else if (file.Length >= rotation.MaxBytes)
            await RotateAsync(id, path, cancel);
    }

    private async Task ReopenAsync(string id, CancellationToken cancel) =>
        await client.Runtime.ReopenContainerLogAsync(new ReopenContainerLogRequest { ContainerId = id }, cancellationToken: cancel);

    private async Task RotateAsync(string id, string path, CancellationToken cancel)
    {
        string rotated = $"{path}.{time.GetUtcNow():yyyyMMdd-HHmmss.fffffff}";
        File.Move(path, rotated);
        try
        {
            await ReopenAsync(id, cancel);
        }
        catch (RpcException)
        {
            // containerd still writes to the file: it gets its name back, so that nobody misses what comes.
            File.Move(rotated, path);
            throw;
        }
        string[] old = LogFiles.Rotated(path);
        foreach (string file in old.Take(Math.Max(0, old.Length - (rotation.MaxFiles - 1))))
            File.Delete(file);
    }

    private static partial class Log
    {
        [LoggerMessage(4420, LogLevel.Warning, "The log {Path} could not be rotated: {Why}")]
        public static partial void NotRotated(ILogger log, string path, string why);
    }
}
