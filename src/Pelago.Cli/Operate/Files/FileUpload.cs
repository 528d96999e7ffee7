// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Enumeration;
using Pelago.Client;
using Pelago.Client.Local;

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
        // As for cp: a directory goes into one that is there, and else becomes what the line says.
        string inner = sources.Count == 1 && Directory.Exists(sources[0]) ? RemotePath.NameOf(sources[0]) : "";
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(found.Tasks, bound, async (task, uploading) =>
        {
            string name = found.NameOf(task.Task), root = path;
            try
            {
                if (inner.Length > 0 && await TaskUpload.IsDirectoryAsync(task.Cluster, TaskAccess.PlaceOf(task.Task), path, uploading))
                    root = Upload.Under(path, inner);
            }
            catch (Exception fault) when (Faults.Takes(fault))
            {
                faults.Add($"{name}:{path}", fault);
                foreach (Upload file in files)
                    says?.Invoke($"{name}:{file.Place}", false);
                return;
            }
            foreach (Upload file in inner.Length > 0 ? files.Select(file => file with { Root = root }) : files)
                await PutAsync(task, name, file, says, uploading);
        });
    }

    private async Task PutAsync(FoundTask task, string name, Upload file, Action<string, bool>? says, CancellationToken cancel)
    {
        string what = $"{name}:{file.Place}";
        try
        {
            await PutAsync(task, file, cancel);
            says?.Invoke(what, true);
        }
        catch (Exception fault) when (Faults.Takes(fault))
        {
            faults.Add(what, fault);
            says?.Invoke(what, false);
        }
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
            return File.Exists(source) ? [new Upload(source, isOneOfMany ? directory : path, ".", MakesParents: false)] : throw new CliException($"there is no file {source}");
        }
        if (!all)
            throw new CliException($"{source} is a directory: -r copies it with all that is in it", ExitCode.Usage);
        string root = isOneOfMany ? Upload.Under(path, RemotePath.NameOf(source)) : path;
        return EntriesOf(source).Select(entry => new Upload(entry, root, Path.GetRelativePath(source, entry), MakesParents: true));
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
        // A pipe would be waited for.
        if (UnixFile.Of(upload.Local) is not null && !UnixFile.IsPlain(upload.Local))
            throw new IOException($"{upload.Local} is neither a file nor a directory, and is left out");
        await using var file = new FileStream(upload.Local, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        int mode = (int)File.GetUnixFileMode(upload.Local);
        string name = Path.GetFileName(upload.Local);
        if (await TaskUpload.PutAsync(task.Cluster, place, file, file.Length, name, mode, upload.Remote, upload.MakesParents, cancel) is { } fault)
            throw new IOException(fault);
    }
}
