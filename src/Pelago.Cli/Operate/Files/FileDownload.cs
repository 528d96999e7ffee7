// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client;
using Pelago.Client.Local;

namespace Pelago.Cli.Operate.Files;

/// <summary>Brings files of a task here; one that fails is said and takes nothing from the others. Half a file never has its name, and no path that a task makes up leads out of the place that was asked for.</summary>
internal sealed class FileDownload(ITaskFiles files, string task, Faults faults)
{
    private const int Chunk = 256 * 1024;

    public async Task RunAsync(string path, string target, bool all, CancellationToken cancel)
    {
        if (!all)
        {
            await CopyAsync(path, Directory.Exists(target) ? Path.Combine(target, RemotePath.NameOf(path)) : target, mode: null, cancel);
            return;
        }
        string root = Path.GetFullPath(Directory.Exists(target) ? Path.Combine(target, RemotePath.NameOf(path)) : target);
        try
        {
            await foreach (TaskFile file in files.FindAsync(path, new FindRequest(), cancel))
                await PlaceAsync(file, TaskFile.Join(path, file.Path), root, cancel);
        }
        finally
        {
            faults.AddUnnamed(task, files);
        }
    }

    private async Task PlaceAsync(TaskFile file, string source, string root, CancellationToken cancel)
    {
        string place = Path.GetFullPath(Path.Combine(root, file.Path));
        if (place != root && !place.StartsWith(root + "/", StringComparison.Ordinal))
            throw new IOException($"\"{file.Path}\" leads out of {root}");
        try
        {
            if (file.Type == 'd')
                Directory.CreateDirectory(place);
            else if (file.Type == 'f')
                await CopyAsync(source, place, file.Mode, cancel);
            else
                throw new IOException("left out, it is neither a file nor a directory");
        }
        catch (Exception fault) when (Faults.Takes(fault) && fault is not ClusterUnreachableException) // without its cluster no other file comes
        {
            faults.Add($"{task}:{source}", fault);
        }
    }

    private async Task CopyAsync(string path, string place, int? mode, CancellationToken cancel)
    {
        if (UnixFile.Of(place) is not null && !UnixFile.IsPlain(place))
        {
            throw new IOException(
                $"{place} is {(Directory.Exists(place) ? "a directory" : "a pipe, a socket or a device")}, which a copy would take the place of: name another place, remove it first, or write there what '{Invocation.Program} cat' prints");
        }
        await using Stream bytes = await files.ReadAsync(path, cancel);
        string part = place + ".part~";
        try
        {
            // What stands there may be a pipe, which would be waited for, or a link to something else.
            File.Delete(part);
            await using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, Chunk))
                await bytes.CopyToAsync(file, Chunk, cancel);
            if (mode is { } bits)
                File.SetUnixFileMode(part, (UnixFileMode)(bits & 0x1FF));
            File.Move(part, place, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
