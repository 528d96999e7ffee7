// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>A pseudo terminal: our side of it, and the device that a process gets as its terminal.</summary>
internal static unsafe class PseudoTerminal
{
    private const nuint SetWindowSize = 0x5414;

    public static (SafeFileHandle Controller, string Device) Open()
    {
        int descriptor = LibC.OpenTerminal(LibC.ReadWrite | LibC.NoControllingTerminal | LibC.CloseOnExec);
        if (descriptor < 0)
            throw Descriptors.Failure("open a pseudo terminal (is /dev/pts mounted?)");
        var controller = new SafeFileHandle(descriptor, ownsHandle: true);
        byte* name = stackalloc byte[128];
        if (LibC.GrantTerminal(controller) < 0 || LibC.UnlockTerminal(controller) < 0 || LibC.TerminalName(controller, name, 128) != 0)
            throw Descriptors.Failure("unlock a pseudo terminal");
        int length = new ReadOnlySpan<byte>(name, 128).IndexOf((byte)0);
        return (controller, Encoding.UTF8.GetString(name, length));
    }

    public static void Resize(SafeFileHandle controller, int columns, int rows)
    {
        ushort* size = stackalloc ushort[4];
        size[0] = (ushort)rows;
        size[1] = (ushort)columns;
        size[2] = 0;
        size[3] = 0;
        _ = LibC.DeviceControl(controller, SetWindowSize, size);
    }
}
