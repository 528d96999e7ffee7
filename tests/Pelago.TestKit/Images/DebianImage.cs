// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text;
using Pelago.TestKit.Processes;

namespace Pelago.TestKit.Images;

/// <summary>Makes images from Debian's packages and all that they depend on, as debootstrap unpacks them: a real file system without any registry.</summary>
public sealed class DebianImage(TemporaryDirectory directory)
{
    private static readonly TimeSpan DownloadLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);
    private static readonly TimeSpan UnpackLimit = TimeSpan.FromMinutes(3);

    /// <summary>Why it cannot be made on this machine; null when it can.</summary>
    public static string? Missing() => Environment.IsPrivilegedProcess && File.Exists("/usr/bin/apt-get") && File.Exists("/usr/bin/dpkg-deb")
        ? null
        : "an image of Debian packages is made by root, with apt-get and dpkg-deb";

    /// <summary>
    /// The archive of such an image, which one lane of tests makes for those after it: in <c>~/.cache/pelago-tests</c>, made anew for other packages and each day.
    /// The second is why it cannot be made.
    /// </summary>
    public static async Task<(string Archive, string? Fault)> KeptAsync(string name, IReadOnlyList<string> packages, IReadOnlyList<string> names, CancellationToken cancel)
    {
        string directory = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/pelago-tests");
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string wanted = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [.. packages, .. names]))))[..16];
        string archive = Path.Combine(directory, $"{name}-{wanted}.tar");
        if (File.Exists(archive) && DateTime.UtcNow - File.GetLastWriteTimeUtc(archive) < Fresh)
            return (archive, null);
        foreach (string old in Directory.EnumerateFiles(directory, $"{name}-*.tar"))
            File.Delete(old);
        using var work = new TemporaryDirectory();
        var image = new DebianImage(work);
        if (await image.DownloadAsync(packages, cancel) is { } fault)
            return ("", fault);
        string fresh = $"{archive}.{Environment.ProcessId}";
        await image.WriteAsync(fresh, names, cancel);
        File.Move(fresh, archive, overwrite: true);
        return (archive, null);
    }

    /// <summary>Fetches the packages into the directory; why not, when the archive of Debian is not reached.</summary>
    public async Task<string?> DownloadAsync(IReadOnlyList<string> packages, CancellationToken cancel)
    {
        Directory.CreateDirectory(directory["debs/partial"]);
        await File.WriteAllTextAsync(directory["status"], "", cancel);

        // For a machine with nothing installed: then what they depend on comes along.
        string[] options =
        [
            $"Dir::State::status={directory["status"]}", $"Dir::Cache::archives={directory["debs"]}/", "Dir::Cache::pkgcache=", "Dir::Cache::srcpkgcache=",
            "APT::Install-Recommends=false", "APT::Sandbox::User=root", "Debug::NoLocking=1", "Acquire::Retries=2",
        ];
        ProgramResult result = await ProgramRun.RunAsync(
            "apt-get", [.. options.SelectMany(option => new[] { "-o", option }), "--download-only", "-y", "-q", "install", .. packages],
            new Dictionary<string, string?> { ["DEBIAN_FRONTEND"] = "noninteractive" }, DownloadLimit, cancel);
        return result.ExitCode == 0 ? null : $"Debian's packages cannot be fetched: {result.Error.Trim().Split('\n')[^1]}";
    }

    /// <summary>Writes the image of what was fetched.</summary>
    public async Task WriteAsync(string file, IReadOnlyList<string> names, CancellationToken cancel)
    {
        // No package's scripts are run, so what those would make is made here: merged directories, users, places to write to.
        // Left out is what nobody reads there, and the compiler that PostgreSQL uses where it finds it.
        const string Script = """
            set -eu
            printf './usr/%s\n' 'share/doc/*' 'share/man/*' 'share/locale/*' 'share/i18n/*' 'lib/*/libLLVM*' 'lib/*/libz3*' 'lib/postgresql/*/lib/llvm*' 'lib/postgresql/*/lib/bitcode/*' >unneeded
            mkdir root
            for name in bin sbin lib lib64; do mkdir -p root/usr/$name; ln -s usr/$name root/$name; done
            printf '%s\n' debs/*.deb | xargs -P 2 -I DEB sh -c 'dpkg-deb --fsys-tarfile DEB | tar -x --keep-directory-symlink -X unneeded -C root'
            printf '%s\n' root:x:0:0:root:/root:/bin/sh www-data:x:33:33::/var/www:/bin/false postgres:x:101:101::/:/bin/false mysql:x:102:102::/:/bin/false nobody:x:65534:65534::/:/bin/false >root/etc/passwd
            printf '%s\n' root:x:0: www-data:x:33: postgres:x:101: mysql:x:102: nogroup:x:65534: >root/etc/group
            mkdir -p root/data root/tmp; chmod 1777 root/tmp
            tar -C root --sort=name --numeric-owner -cf layer.tar .
            """;
        ProgramResult result = await ProgramRun.RunAsync("/bin/sh", ["-c", $"cd '{directory.Path}'\n{Script}"], null, UnpackLimit, cancel);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"the packages cannot be unpacked: {result}");
        using FileStream layer = File.OpenRead(directory["layer.tar"]);
        ImageFile.Write(file, layer, names, ["/bin/sh"]);
    }
}
