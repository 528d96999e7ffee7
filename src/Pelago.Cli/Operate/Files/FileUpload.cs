// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client;

namespace Pelago.Cli.Operate.Files;

/// <summary>Puts files into tasks, some at a time.</summary>
internal sealed class FileUpload(FoundTasks found, Faults faults)
{
    private const int AtOnce = 8;

    /// <param name="sources">Files here, or directories.</param>
    /// <param name="path">Where they go in each task; several go into a directory.</param>
    /// <param name="all">Directories with all in them.</param>
    /// <param name="says">Is told what became of each file in each task.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(IReadOnlyList<string> sources, string path, bool all, Action<string, bool>? says, CancellationToken cancel)
    {
        (string Local, string Remote)[] files = [.. sources.SelectMany(source => FilesOf(source, path, all))];
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(found.Tasks, bound, async (task, uploading) =>
        {
            foreach ((string local, string remote) in files)
            {
                string what = $"{found.NameOf(task.Task)}:{remote}";
                try
                {
                    await PutAsync(task, local, remote, uploading);
                    says?.Invoke(what, true);
                }
                catch (Exception fault) when (Faults.Takes(fault))
                {
                    faults.Add(what, fault);
                    says?.Invoke(what, false);
                }
            }
        });
    }

    private static IEnumerable<(string Local, string Remote)> FilesOf(string source, string path, bool all)
    {
        if (!Directory.Exists(source))
            return File.Exists(source) ? [(source, path)] : throw new CliException($"there is no file {source}");
        if (!all)
            throw new CliException($"{source} is a directory: -r copies it with all that is in it", ExitCode.Usage);
        return Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Select(file => (file, $"{path.TrimEnd('/')}/{Path.GetRelativePath(source, file)}"));
    }

    private static async Task PutAsync(FoundTask task, string local, string remote, CancellationToken cancel)
    {
        await using var file = new FileStream(local, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        int mode = (int)File.GetUnixFileMode(local);
        if (await TaskUpload.PutAsync(task.Cluster, TaskAccess.PlaceOf(task.Task), file, file.Length, Path.GetFileName(local), mode, remote, cancel) is { } fault)
            throw new IOException(fault);
    }
}
