// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Repositories;

namespace Pelago.Packages.Programs;

/// <summary>
/// Command lines of packages in a home, a folder each: <c>program.json</c>, and programs <c>bin/pelago-VERB</c>. What is not what its package says, by its SHA-256, is
/// never put there; what is there is replaced whole.
/// </summary>
public sealed class ProgramStore(string directory)
{
    /// <summary>A file beside <c>bin</c>: these programs are told their verb first, as the command line of DC/OS does.</summary>
    public const string VerbFirst = "verb-first";

    private const string Prefix = "pelago-";
    private const string DcosPrefix = "dcos-";
    private const long MaxBytes = 512L * 1024 * 1024;
    private const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public IReadOnlyList<InstalledProgram> All() => !Directory.Exists(directory) ? [] :
        [.. Directory.EnumerateDirectories(directory).Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal).Select(Read).OfType<InstalledProgram>()];

    /// <summary>Fetches a package's command line, checks it and puts it in the place of the one before. Throws a <see cref="RepositoryException"/> when it does not work.</summary>
    public async Task<InstalledProgram> AddAsync(PackageRevision package, CancellationToken cancel)
    {
        (PackageProgram? program, string why) = PackageProgram.Of(package);
        if (program is null)
            throw new RepositoryException(why);
        using IDisposable held = StoreLock.Take(directory, "the command lines of packages");
        string fresh = Path.Combine(directory, $".{package.Name}.new"), place = Path.Combine(directory, package.Name), old = Path.Combine(directory, $".{package.Name}.old");
        Clear(fresh);
        Restore(old, place);
        try
        {
            Directory.CreateDirectory(Path.Combine(fresh, "bin"));
            string fetched = Path.Combine(fresh, "fetched");
            await FetchAsync(program, fetched, cancel);
            InstalledProgram installed = Place(package, program, fetched, fresh);
            if (Directory.Exists(place))
                Directory.Move(place, old);
            Directory.Move(fresh, place);
            return installed;
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException or IOException or UnauthorizedAccessException)
        {
            throw new RepositoryException($"the command line of {package.Name} was not installed: {fault.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RepositoryException($"the command line of {package.Name} was not installed: {program.Address.Host} did not answer in time");
        }
        finally
        {
            Clear(fresh);
            Restore(old, place);
        }
    }

    /// <summary>False when there is none of that package.</summary>
    public bool Remove(string package)
    {
        string place = Path.Combine(directory, package);
        if (!IsVerb(package) || !Directory.Exists(place))
            return false;
        using IDisposable held = StoreLock.Take(directory, "the command lines of packages");
        Clear(place);
        return true;
    }

    /// <summary>The folders with programs.</summary>
    public static IEnumerable<string> Folders(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateDirectories(directory).Where(folder => !Path.GetFileName(folder).StartsWith('.')).Select(folder => Path.Combine(folder, "bin")).Where(Directory.Exists)
        : [];

    internal static bool IsVerb(string name) => name.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static InstalledProgram Place(PackageRevision package, PackageProgram program, string fetched, string fresh)
    {
        string bin = Path.Combine(fresh, "bin");
        if (!program.IsZip)
            File.Move(fetched, Path.Combine(bin, package.Name));
        IReadOnlyList<string> names = program.IsZip ? ProgramArchive.Unpack(fetched, bin) : [package.Name];
        File.Delete(fetched);
        var verbs = new List<string>();
        foreach (string name in names)
        {
            string verb = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name.StartsWith(DcosPrefix, StringComparison.Ordinal) ? name[DcosPrefix.Length..] : name;
            string file = Path.Combine(bin, Prefix + verb);
            if (file != Path.Combine(bin, name))
                File.Move(Path.Combine(bin, name), file);
            File.SetUnixFileMode(file, Program);
            verbs.Add(verb);
        }

        if (package.PackagingVersion != PackageSchemas.Own)
            File.WriteAllText(Path.Combine(fresh, VerbFirst), "");
        var installed = new InstalledProgram(package.Name, package.Version, program.Sha256, verbs);
        File.WriteAllBytes(Path.Combine(fresh, "program.json"), KubeJson.ToUtf8(new JsonObject
        {
            ["package"] = installed.Package, ["version"] = installed.Version, ["sha256"] = installed.Sha256, ["verbs"] = new JsonArray([.. verbs.Select(verb => (JsonNode)verb)]),
        }));
        return installed;
    }

    private static async Task FetchAsync(PackageProgram program, string file, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), MaxAutomaticRedirections = 5 }) { Timeout = Timeout.InfiniteTimeSpan };
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        bounded.CancelAfter(Patience);
        using HttpResponseMessage answer = await http.GetAsync(program.Address, HttpCompletionOption.ResponseHeadersRead, bounded.Token);
        if (!answer.IsSuccessStatusCode)
            throw new RepositoryException($"{program.Address} answered {(int)answer.StatusCode} {answer.ReasonPhrase}") { HttpStatus = (int)answer.StatusCode };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using Stream body = await answer.Content.ReadAsStreamAsync(bounded.Token);
        await using (FileStream kept = new(file, FileMode.CreateNew, FileAccess.Write))
        {
            byte[] buffer = new byte[81920];
            long length = 0;
            for (int read = await body.ReadAsync(buffer, bounded.Token); read > 0; read = await body.ReadAsync(buffer, bounded.Token))
            {
                if ((length += read) > MaxBytes)
                    throw new RepositoryException($"{program.Address} sends more than {MaxBytes} bytes");
                hash.AppendData(buffer, 0, read);
                await kept.WriteAsync(buffer.AsMemory(0, read), bounded.Token);
            }
        }

        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != program.Sha256)
            throw new RepositoryException($"what {program.Address} sends is not what its package says: its SHA-256 is {found} and should be {program.Sha256}; nothing of it was kept");
    }

    private static InstalledProgram? Read(string folder)
    {
        try
        {
            JsonObject json = KubeJson.ParseObject(File.ReadAllBytes(Path.Combine(folder, "program.json")));
            return new InstalledProgram(json.String("package") ?? "", json.String("version") ?? "", json.String("sha256") ?? "", [.. (json.Array("verbs") ?? []).Select(verb => verb?.ToString() ?? "")]);
        }
        catch (Exception fault) when (fault is JsonException or IOException)
        {
            return null;
        }
    }

    /// <summary>Takes back what was put aside where nothing came in its place; else it is over.</summary>
    private static void Restore(string old, string place)
    {
        if (Directory.Exists(old) && !Directory.Exists(place))
            Directory.Move(old, place);
        Clear(old);
    }

    private static void Clear(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
