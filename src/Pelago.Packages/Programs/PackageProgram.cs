// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;

namespace Pelago.Packages.Programs;

/// <summary>The command line that a package brings for this machine, as its resource.json has it.</summary>
/// <param name="IsZip">An archive with programs in <c>bin</c>; else the program itself.</param>
/// <param name="Sha256">In small hexadecimal letters.</param>
public sealed record PackageProgram(Uri Address, bool IsZip, string Sha256)
{
    private const int Sha256Digits = 64;

    /// <summary>The program, or in words why there is none that can be taken.</summary>
    public static (PackageProgram? Program, string Why) Of(PackageRevision package)
    {
        if (package.Resource?.Object("cli")?.Object("binaries") is not { } binaries)
            return (null, $"{package.Name} {package.Version} brings no command line");
        string platform = OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "linux", machine = RuntimeInformation.OSArchitecture.ToString();
        if (RuntimeInformation.OSArchitecture != Architecture.X64 || binaries.Object(platform)?.Object("x86-64") is not { } binary)
            return (null, $"{package.Name} {package.Version} brings no command line for {platform} on {machine}; it does for {string.Join(", ", binaries.Select(pair => $"{pair.Key} on x86-64"))}");
        string? sha256 = (binary.Array("contentHash") ?? []).OfType<JsonObject>().FirstOrDefault(hash => hash.String("algo") == "sha256")?.String("value")?.ToLowerInvariant();
        if (sha256 is not { Length: Sha256Digits } || !sha256.All(char.IsAsciiHexDigit))
            return (null, $"{package.Name} {package.Version} does not say the SHA-256 of its command line, and what cannot be checked is not run");
        return Uri.TryCreate(binary.String("url"), UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? (new PackageProgram(address, binary.String("kind") == "zip", sha256), "")
            : (null, $"the address of the command line of {package.Name} {package.Version} is none: {binary.String("url")}");
    }
}
