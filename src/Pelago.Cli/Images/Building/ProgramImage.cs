// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pelago.Cli.Local;
using Pelago.Cli.Output;

namespace Pelago.Cli.Images.Building;

/// <summary>
/// The image of Pelago: a layer of the libraries and the .NET of this machine, which seldom change, and one of Pelago's own programs. There is no shell
/// and nothing that anybody but root may write to, /tmp aside.
/// </summary>
internal sealed class ProgramImage
{
    private const string User = "65532";
    private const string DotnetRoot = "usr/share/dotnet";
    private const string Daemon = "/opt/pelago/pelagod/pelagod";
    private const string CommandLine = "/opt/pelago/pelago/pelago";
    private const string Certificates = "/etc/ssl/certs/ca-certificates.crt";

    // What .NET loads by name when it first speaks TLS, newest first.
    private static readonly string[][] Tls = [["libssl.so.3", "libcrypto.so.3"], ["libssl.so.1.1", "libcrypto.so.1.1"]];
    private static readonly string[] CertificateFiles = [Certificates, "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];
    private readonly string _tag;
    private readonly LayerFiles _base = new();
    private readonly LayerFiles _product = new();
    private readonly SharedLibraries _libraries = new();

    private ProgramImage(string tag) => _tag = tag;

    public string Architecture { get; } = RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    public static ProgramImage OfThisMachine(string tag)
    {
        string daemon = Path.GetFullPath(DaemonProgram.Find("pelagod", "PELAGO_DAEMON"));
        var image = new ProgramImage(tag);
        image.AddProduct(daemon, "opt/pelago/pelagod");
        image.AddProduct(Path.Combine(AppContext.BaseDirectory, "pelago"), "opt/pelago/pelago");
        image._product.AddLink("usr/bin/pelagod", Daemon);
        image._product.AddLink("usr/bin/pelago", CommandLine);
        image.AddRuntime(daemon);
        image.AddSystem();
        return image;
    }

    public async Task WriteAsync(Stream output, string directory, Progress progress, CancellationToken cancel)
    {
        string[] doing = ["packing the libraries and .NET", "packing Pelago"];

        // The library that packs has no asynchronous way that would not copy everything once more.
        await Task.Run(() => ImageLayout.Write(output, ImageNames.Whole(_tag)!, Configuration(), [_base, _product], directory, i => progress.Show(doing[i]), cancel), cancel);
    }

    private void AddProduct(string program, string place)
    {
        string directory = Path.GetDirectoryName(program)!;
        foreach (string name in ProgramFiles.Of(program))
        {
            string file = Path.Combine(directory, name);
            _product.Add($"{place}/{name}", file);
            if (file == program || file.EndsWith(".so", StringComparison.Ordinal))
                _libraries.AddFor(file);
        }
    }

    private void AddRuntime(string daemon)
    {
        foreach ((string place, string file) in DotnetRuntime.FilesFor(daemon))
        {
            _base.Add($"{DotnetRoot}/{place}", file);
            if (file.EndsWith(".so", StringComparison.Ordinal))
                _libraries.AddFor(file);
        }
        if (!Tls.Any(names => Array.TrueForAll(names, name => _libraries.TryAdd(name))))
            throw new CliException($"OpenSSL ({string.Join(" and ", Tls[0])}), which .NET needs for TLS, is not on this machine: install it (Debian: apt-get install libssl3), then build again");
        foreach ((string place, string file) in _libraries.Found)
            _base.Add(place.TrimStart('/'), file);
    }

    private void AddSystem()
    {
        _base.AddText("etc/passwd", $"root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\npelago:x:{User}:{User}:pelago:/tmp:/sbin/nologin\n");
        _base.AddText("etc/group", $"root:x:0:\nnogroup:x:65534:\npelago:x:{User}:\n");
        _base.AddText("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
        _base.AddShared("tmp");
        if (CertificateFiles.FirstOrDefault(File.Exists) is { } file)
            _base.Add(Certificates.TrimStart('/'), File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);
    }

    private JsonObject Configuration() => new()
    {
        ["created"] = "1970-01-01T00:00:00Z", ["architecture"] = Architecture, ["os"] = "linux",
        ["config"] = new JsonObject
        {
            ["User"] = $"{User}:{User}", ["WorkingDir"] = "/", ["Entrypoint"] = new JsonArray(Daemon),
            ["Env"] = new JsonArray(
                "PATH=/usr/bin:/bin", $"DOTNET_ROOT=/{DotnetRoot}", "DOTNET_EnableDiagnostics=0", $"SSL_CERT_FILE={Certificates}", $"LD_LIBRARY_PATH={Directories()}"),
            ["Labels"] = new JsonObject { ["org.opencontainers.image.title"] = "pelago", ["org.opencontainers.image.version"] = VersionCommand.Version },
        },
    };

    private string Directories() => string.Join(':', _libraries.Found.Keys.Select(path => Path.GetDirectoryName(path)!).Distinct(StringComparer.Ordinal));
}
