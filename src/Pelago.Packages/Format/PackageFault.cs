// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Packages.Format;

/// <summary>One thing that is wrong with the files of a package.</summary>
/// <param name="File">The path of the file, as the folder was named.</param>
/// <param name="Line">From 1.</param>
/// <param name="Pointer">Where in the document (RFC 6901); empty for the document itself and for files that are none.</param>
/// <param name="Message">What is wrong.</param>
public sealed record PackageFault(string File, int Line, string Pointer, string Message)
{
    /// <summary>Worth saying, but no reason to refuse the package.</summary>
    public bool IsWarning { get; init; }

    /// <summary><c>file:line: pointer: message</c>; the pointer of a whole document is <c>#</c>.</summary>
    public override string ToString() => $"{File}:{Line}: {(Pointer.Length == 0 ? "#" : Pointer)}: {Message}";
}
