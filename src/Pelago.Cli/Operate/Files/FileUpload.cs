// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Enumeration;
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
        Upload[] files = [.. sources.SelectMany(source => FilesOf(source, path, all, sources.Count > 1))];
        if (files.GroupBy(file => file.Place).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new CliException($"{string.Join(" and ", twice.Select(file => file.Local))} would both become {twice.Key}", ExitCode.Usage);
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(found.Tasks, bound, async (task, uploading) =>
        {
            foreach (Upload file in files)
            {
                string what = $"{found.NameOf(task.Task)}:{file.Place}";
                try
                {
                    await PutAsync(task, file, uploading);
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

    /// <param name="source">A file here, or a directory.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="all">A directory with all in it.</param>
    /// <param name="isOneOfMany">They go into a directory, each with its own name: as their only place one would overwrite the other.</param>
    private static IEnumerable<Upload> FilesOf(string source, string path, bool all, bool isOneOfMany)
    {
        if (!Directory.Exists(source))
        {
            string directory = path.Length == 0 || path[^1] == '/' ? path : path + "/";
            return File.Exists(source) ? [new Upload(source, isOneOfMany ? directory : path, MakesParents: false)] : throw new CliException($"there is no file {source}");
        }
        if (!all)
            throw new CliException($"{source} is a directory: -r copies it with all that is in it", ExitCode.Usage);
        string root = isOneOfMany ? Under(path, Path.GetFileName(Path.GetFullPath(source).TrimEnd('/'))) : path;
        return EntriesOf(source).Select(entry => new Upload(entry, Under(root, Path.GetRelativePath(source, entry)), MakesParents: true));
    }

    /// <summary>All files, the directories in which there is nothing, and links to directories: who follows those may have no end of it.</summary>
    private static IEnumerable<string> EntriesOf(string source)
    {
        var below = new FileSystemEnumerable<string>(
            source, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        return below.Where(entry => !Directory.Exists(entry) || IsLink(entry) || IsEmpty(entry)).Concat(IsEmpty(source) ? [source] : []);
    }

    private static bool IsLink(string place) => new DirectoryInfo(place).LinkTarget is not null;

    private static bool IsEmpty(string directory) => !Directory.EnumerateFileSystemEntries(directory).Any();

    private static string Under(string path, string name) => name == "." ? path : path.Length == 0 ? name : $"{path.TrimEnd('/')}/{name}";

    private static async Task PutAsync(FoundTask task, Upload upload, CancellationToken cancel)
    {
        TaskPlace place = TaskAccess.PlaceOf(task.Task);
        if (Directory.Exists(upload.Local))
        {
            if (IsLink(upload.Local) && upload.MakesParents)
                throw new IOException($"{upload.Local} is a link to a directory, which is left out");
            if (await TaskUpload.MakeDirectoryAsync(task.Cluster, place, upload.Remote, cancel) is { } missing)
                throw new IOException(missing);
            return;
        }
        await using var file = new FileStream(upload.Local, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        int mode = (int)File.GetUnixFileMode(upload.Local);
        string name = Path.GetFileName(upload.Local);
        if (await TaskUpload.PutAsync(task.Cluster, place, file, file.Length, name, mode, upload.Remote, upload.MakesParents, cancel) is { } fault)
            throw new IOException(fault);
    }

    /// <param name="Local">A file, or a directory in which there is nothing.</param>
    /// <param name="Remote">Where it goes; with a slash at its end a directory that is there.</param>
    /// <param name="MakesParents">With the directories that it is in.</param>
    private sealed record Upload(string Local, string Remote, bool MakesParents)
    {
        /// <summary>The same with the name that it has in a directory.</summary>
        public string Place => Remote.Length == 0 || Remote[^1] == '/' ? Remote + Path.GetFileName(Local) : Remote;
    }
}
