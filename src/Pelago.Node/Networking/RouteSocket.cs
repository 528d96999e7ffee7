// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.ComponentModel;
using System.IO;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Pelago.Kube;
using Pelago.Node.Native;

namespace Pelago.Node.Networking;

/// <summary>
/// Makes and changes network interfaces of the calling thread's network namespace through rtnetlink: what <c>ip link</c>, <c>ip addr</c> and
/// <c>ip route</c> do, without needing iproute2 and without starting a process for each step.
/// </summary>
internal sealed unsafe partial class RouteSocket : IDisposable
{
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int ESRCH = 3;
    private const int NetlinkFamily = 16;
    private const int RawSocket = 3;
    private const ushort Create = 0x400;
    private const ushort Exclusive = 0x200;
    private const ushort Replace = 0x100;

    private const ushort LinkAddress = 1;
    private const ushort LinkName = 3;
    private const ushort LinkMaster = 10;
    private const ushort LinkInfo = 18;
    private const ushort LinkNamespaceOfProcess = 19;
    private const ushort LinkNamespaceOfDescriptor = 28;
    private const ushort InfoKind = 1;
    private const ushort InfoData = 2;
    private const ushort VethPeer = 1;
    private const byte IPv4Family = 2;

    private const ushort RouteDestination = 1;
    private const ushort RouteInterface = 4;
    private const ushort RouteGateway = 5;
    private static readonly RouteKind OnLink = new(Table: 254, Scope: 253, Type: 1); // main, link, unicast
    private static readonly RouteKind Elsewhere = new(Table: 254, Scope: 0, Type: 1); // main, universe, unicast
    private static readonly RouteKind Own = new(Table: 255, Scope: 254, Type: 2); // local, host, local

    private readonly SafeFileHandle _socket;

    public RouteSocket()
    {
        _socket = new SafeFileHandle(NativeSocket(NetlinkFamily, RawSocket | LibC.CloseOnExec, 0), ownsHandle: true);
        if (_socket.IsInvalid)
            throw Descriptors.Failure("open a netlink socket");
    }

    /// <summary>0 when there is no interface of that name.</summary>
    public static int IndexOf(string name) => (int)InterfaceIndex(name);

    /// <summary>
    /// Makes a bridge unless it is there; its index. With a hardware address of its own: otherwise it has the lowest of its ports', and loses it,
    /// and with it packets under way, when that port goes.
    /// </summary>
    public int EnsureBridge(string name, ReadOnlySpan<byte> hardwareAddress)
    {
        NetlinkMessage request = new NetlinkMessage(NetlinkMessage.NewLink, Create | Exclusive, NetlinkMessage.LinkPart())
            .Attribute(LinkName, name)
            .Attribute(LinkAddress, hardwareAddress)
            .Nest(LinkInfo, [], info => info.Attribute(InfoKind, "bridge"));
        Send(request, $"make the bridge {name}", EEXIST);
        return IndexOf(name);
    }

    /// <summary>
    /// Makes a pair: <paramref name="name"/> here on the bridge, <paramref name="peer"/> in the namespace of a process, with a given hardware address there.
    /// </summary>
    public void CreateVeth(string name, int bridge, string peer, int peerProcess, byte[] hardwareAddress) =>
        CreateVeth(name, bridge, peer, LinkNamespaceOfProcess, peerProcess, hardwareAddress);

    /// <summary>The same with the namespace that an open file stands for.</summary>
    public void CreateVeth(string name, int bridge, string peer, SafeFileHandle peerNamespace, byte[] hardwareAddress) =>
        CreateVeth(name, bridge, peer, LinkNamespaceOfDescriptor, (int)peerNamespace.DangerousGetHandle(), hardwareAddress);

    private void CreateVeth(string name, int bridge, string peer, ushort peerPlace, int peerValue, byte[] hardwareAddress)
    {
        NetlinkMessage request = new NetlinkMessage(NetlinkMessage.NewLink, Create | Exclusive, NetlinkMessage.LinkPart())
            .Attribute(LinkName, name)
            .Attribute(LinkMaster, bridge)
            .Nest(LinkInfo, [], info => info
                .Attribute(InfoKind, "veth")
                .Nest(InfoData, [], data => data.Nest(
                    VethPeer, NetlinkMessage.LinkPart(), end => end.Attribute(LinkName, peer).Attribute(peerPlace, peerValue).Attribute(LinkAddress, hardwareAddress))));
        Send(request, $"make the interface pair {name}");
    }

    public void SetUp(int index)
    {
        const uint Up = 1;
        Send(new NetlinkMessage(NetlinkMessage.NewLink, 0, NetlinkMessage.LinkPart(index, Up, Up)), $"set interface {index} up");
    }

    public void Delete(int index) =>
        Send(new NetlinkMessage(NetlinkMessage.DeleteLink, 0, NetlinkMessage.LinkPart(index)), $"delete interface {index}", ENODEV);

    public void AddAddress(int index, IPAddress address, int prefixLength)
    {
        const ushort Address = 1;
        const ushort Local = 2;
        NetlinkMessage request = new NetlinkMessage(NetlinkMessage.NewAddress, Create | Replace, AddressPart(index, prefixLength))
            .Attribute(Local, address)
            .Attribute(Address, address);
        Send(request, $"give interface {index} the address {address}/{prefixLength}", EEXIST);
    }

    /// <summary>A route; null <paramref name="gateway"/> means that the destination is on the link itself.</summary>
    public void AddRoute(Cidr4 destination, IPAddress? gateway, int index)
    {
        NetlinkMessage request = Route(NetlinkMessage.NewRoute, Create | Replace, destination, gateway is null ? OnLink : Elsewhere, index);
        if (gateway is not null)
            request.Attribute(RouteGateway, gateway);
        Send(request, $"route {destination}", EEXIST);
    }

    /// <summary>Makes every address of a network this machine's own, as all of 127.0.0.0/8 is.</summary>
    public void AddLocalRoute(Cidr4 network, int index) =>
        Send(Route(NetlinkMessage.NewRoute, Create | Replace, network, Own, index), $"make {network} local", EEXIST);

    /// <summary>Removes an on-link route; one that is not there is no failure.</summary>
    public void DeleteRoute(Cidr4 destination, int index) =>
        Send(Route(NetlinkMessage.DeleteRoute, 0, destination, OnLink, index), $"remove the route {destination}", ESRCH);

    public void Dispose() => _socket.Dispose();

    private static NetlinkMessage Route(ushort type, ushort flags, Cidr4 destination, RouteKind kind, int index)
    {
        byte[] part = new byte[12]; // struct rtmsg
        part[0] = IPv4Family;
        part[1] = (byte)destination.PrefixLength;
        part[4] = kind.Table;
        part[5] = 4; // RTPROT_STATIC
        part[6] = kind.Scope;
        part[7] = kind.Type;
        var request = new NetlinkMessage(type, flags, part);
        if (destination.PrefixLength > 0)
            request.Attribute(RouteDestination, destination.Network);
        return request.Attribute(RouteInterface, index);
    }

    private static byte[] AddressPart(int index, int prefixLength)
    {
        byte[] part = new byte[8];
        part[0] = IPv4Family;
        part[1] = (byte)prefixLength;
        BinaryPrimitives.WriteInt32LittleEndian(part.AsSpan(4), index);
        return part;
    }

    /// <summary>Sends and waits for the kernel's answer, which comes at once: netlink is a call in the shape of a socket.</summary>
    private void Send(NetlinkMessage request, string attempted, int harmless = 0)
    {
        byte[] bytes = request.ToArray();
        byte[] answer = new byte[4096];
        nint received;
        fixed (byte* start = bytes)
        {
            if (LibC.Write(_socket, start, bytes.Length) < 0)
                throw Descriptors.Failure(attempted);
        }
        fixed (byte* start = answer)
            received = LibC.Read(_socket, start, answer.Length);
        const int ErrorAt = 16;
        if (received < ErrorAt + 4)
            throw Descriptors.Failure(attempted);
        int error = -BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(ErrorAt));
        if (error != 0 && error != harmless)
            throw new IOException($"could not {attempted}: {new Win32Exception(error).Message} (netlink error {error})");
    }

    private readonly record struct RouteKind(byte Table, byte Scope, byte Type);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int NativeSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint InterfaceIndex(string name);
}
