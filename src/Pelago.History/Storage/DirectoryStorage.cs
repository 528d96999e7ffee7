// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.CompilerServices;

namespace Pelago.History.Storage;

/// <summary>A folder, such as one that is mounted from elsewhere.</summary>
public sealed class DirectoryStorage(string directory) : IObjectStorage
{
    private const string Draft = ".draft";

    public async Task PutAsync(string name, Stream content, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string path = PathOf(name), draft = path + Draft;
        await using (var file = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            await content.CopyToAsync(file, cancel);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancel)
    {
        string path = PathOf(name);
        return Task.FromResult<Stream?>(File.Exists(path) ? File.OpenRead(path) : null);
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        if (!Directory.Exists(directory))
            yield break;
        foreach (string file in Directory.EnumerateFiles(directory).Where(file => !file.EndsWith(Draft, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            yield return Path.GetFileName(file);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancel)
    {
        File.Delete(PathOf(name));
        return Task.CompletedTask;
    }

    private string PathOf(string name)
    {
        if (name.Length == 0 || name[0] == '.' || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-'))
            throw new ArgumentException($"\"{name}\" is no name of an object: letters, digits, dots and dashes, and no dot first", nameof(name));
        return Path.Combine(directory, name);
    }
}
