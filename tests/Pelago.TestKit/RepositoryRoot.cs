// SPDX-License-Identifier: Apache-2.0

namespace Pelago.TestKit;

/// <summary>The folder of the checkout that the tests were built in.</summary>
public static class RepositoryRoot
{
    /// <summary>Without a slash at its end. Throws outside of a checkout.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !System.IO.File.Exists(System.IO.Path.Combine(at, "Pelago.slnx")))
            at = System.IO.Path.GetDirectoryName(at);
        return at ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
