<%@ page contentType="text/html; charset=UTF-8" pageEncoding="UTF-8" session="false" trimDirectiveWhitespaces="true"
    import="java.io.*,java.net.InetSocketAddress,java.net.Socket,java.sql.*,java.util.ArrayList,java.util.List,java.util.Properties,javax.naming.InitialContext,javax.sql.DataSource" %><%--
The self-check: asks every dependency of this server and says what it found, as JSON (context /gureum-check) or as a page (context /).
Only classes of the JDK are used, in the Java that Tomcat 7 compiles, so that the same files run on javax and on jakarta servers.
--%><%!
    static final int LIMIT_MS = 2000;

    /** One dependency. Each is asked by a thread of its own: one that hangs must not keep the answer. */
    static abstract class Check extends Thread {
        final String key;
        volatile boolean ok;
        volatile long ms;
        volatile String product = "";
        volatile String version = "";
        volatile String words = "";

        Check(String key) {
            this.key = key;
            setDaemon(true);
        }

        abstract void ask() throws Exception;

        public void run() {
            long start = System.nanoTime();
            boolean answered = false;
            try {
                ask();
                answered = true;
            } catch (Throwable failure) {
                words = failure.getClass().getSimpleName() + ": " + failure.getMessage();
            }
            ms = (System.nanoTime() - start) / 1000000;
            ok = answered;
        }
    }

    /** The database's word for this deployment, read through the pool. */
    static final class Database extends Check {
        final DataSource source;
        final Exception absent;
        volatile String token = "";

        Database(DataSource source, Exception absent) {
            super("database");
            this.source = source;
            this.absent = absent;
        }

        void ask() throws Exception {
            if (source == null) {
                throw absent;
            }
            Connection connection = source.getConnection();
            try {
                product = connection.getMetaData().getDatabaseProductName();
                version = connection.getMetaData().getDatabaseProductVersion();
                Statement statement = connection.createStatement();
                try {
                    statement.setQueryTimeout(LIMIT_MS / 1000);
                    ResultSet rows = statement.executeQuery("SELECT token FROM gureum_check WHERE id = 1");
                    if (!rows.next()) {
                        throw new SQLException("gureum_check has no row 1");
                    }
                    token = rows.getString(1);
                } finally {
                    statement.close();
                }
            } finally {
                connection.close();
            }
        }
    }

    /** A dependency that is asked over a connection of its own. */
    static abstract class Remote extends Check {
        final Properties wiring;

        Remote(String key, Properties wiring) {
            super(key);
            this.wiring = wiring;
        }

        String wired(String name) {
            return wiring.getProperty(key + "." + name, "");
        }

        abstract void talk(DataInputStream in, OutputStream out) throws Exception;

        void ask() throws Exception {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(wired("address"), Integer.parseInt(wired("port"))), LIMIT_MS);
                socket.setSoTimeout(LIMIT_MS);
                talk(new DataInputStream(new BufferedInputStream(socket.getInputStream())), socket.getOutputStream());
            } finally {
                socket.close();
            }
        }
    }

    /** Redis: AUTH, PING and its version. */
    static final class Cache extends Remote {
        Cache(Properties wiring) {
            super("cache", wiring);
        }

        void talk(DataInputStream in, OutputStream out) throws Exception {
            out.write(("AUTH " + wired("password") + "\r\nPING\r\nINFO server\r\n").getBytes("US-ASCII"));
            out.flush();
            expect(in, "+OK");
            expect(in, "+PONG");
            String length = line(in);
            if (!length.startsWith("$")) {
                throw new IOException(length);
            }
            byte[] info = new byte[Integer.parseInt(length.substring(1))];
            in.readFully(info);
            product = "Redis";
            String[] lines = new String(info, "US-ASCII").split("\r\n");
            for (int i = 0; i < lines.length; i++) {
                if (lines[i].startsWith("redis_version:")) {
                    version = lines[i].substring("redis_version:".length());
                }
            }
        }

        static void expect(DataInputStream in, String wanted) throws IOException {
            String answer = line(in);
            if (!answer.equals(wanted)) {
                throw new IOException(answer);
            }
        }

        static String line(DataInputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }
    }

    /** RabbitMQ: an AMQP 0-9-1 connection is opened with our user, and closed. */
    static final class Queue extends Remote {
        Queue(Properties wiring) {
            super("queue", wiring);
        }

        void talk(DataInputStream in, OutputStream out) throws Exception {
            out.write(new byte[] {'A', 'M', 'Q', 'P', 0, 0, 9, 1});
            DataInputStream start = method(in, 10, "connection.start");
            start.readUnsignedShort();
            properties(start);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream body = begin(bytes, 11);
            body.writeInt(0);
            shortText(body, "PLAIN");
            byte[] response = ("\0" + wired("user") + "\0" + wired("password")).getBytes("US-ASCII");
            body.writeInt(response.length);
            body.write(response);
            shortText(body, "en_US");
            send(out, bytes);
            DataInputStream tune;
            try {
                tune = method(in, 30, "connection.tune");
            } catch (EOFException closed) {
                throw new IOException("the user or its password was refused");
            }
            bytes = new ByteArrayOutputStream();
            body = begin(bytes, 31);
            body.writeShort(tune.readUnsignedShort());
            body.writeInt(tune.readInt());
            body.writeShort(0);
            send(out, bytes);
            bytes = new ByteArrayOutputStream();
            body = begin(bytes, 40);
            shortText(body, "/");
            shortText(body, "");
            body.writeByte(0);
            send(out, bytes);
            method(in, 41, "connection.open-ok");
            bytes = new ByteArrayOutputStream();
            body = begin(bytes, 50);
            body.writeShort(200);
            shortText(body, "checked");
            body.writeInt(0);
            send(out, bytes);
            method(in, 51, "connection.close-ok");
        }

        /** Product and version from the server's table of properties. */
        void properties(DataInputStream in) throws IOException {
            byte[] table = new byte[in.readInt()];
            in.readFully(table);
            DataInputStream entries = new DataInputStream(new ByteArrayInputStream(table));
            while (entries.available() > 0) {
                byte[] entry = new byte[entries.readUnsignedByte()];
                entries.readFully(entry);
                String called = new String(entry, "US-ASCII");
                int type = entries.readUnsignedByte();
                if (type == 't') {
                    entries.readUnsignedByte();
                } else if (type == 'S' || type == 'F') {
                    byte[] value = new byte[entries.readInt()];
                    entries.readFully(value);
                    if (called.equals("product")) {
                        product = new String(value, "UTF-8");
                    } else if (called.equals("version")) {
                        version = new String(value, "UTF-8");
                    }
                } else {
                    return;
                }
            }
        }

        /** The next frame, which has to be that method of the class connection. */
        static DataInputStream method(DataInputStream in, int wanted, String called) throws IOException {
            int type = in.readUnsignedByte();
            in.readUnsignedShort();
            byte[] payload = new byte[in.readInt()];
            in.readFully(payload);
            in.readUnsignedByte();
            DataInputStream body = new DataInputStream(new ByteArrayInputStream(payload));
            if (type != 1 || body.readUnsignedShort() != 10) {
                throw new IOException("no " + called);
            }
            int got = body.readUnsignedShort();
            if (got == 50) {
                int code = body.readUnsignedShort();
                byte[] text = new byte[body.readUnsignedByte()];
                body.readFully(text);
                throw new IOException(code + " " + new String(text, "UTF-8"));
            }
            if (got != wanted) {
                throw new IOException("no " + called);
            }
            return body;
        }

        static DataOutputStream begin(ByteArrayOutputStream bytes, int method) throws IOException {
            DataOutputStream body = new DataOutputStream(bytes);
            body.writeShort(10);
            body.writeShort(method);
            return body;
        }

        static void shortText(DataOutputStream body, String text) throws IOException {
            byte[] bytes = text.getBytes("US-ASCII");
            body.writeByte(bytes.length);
            body.write(bytes);
        }

        static void send(OutputStream out, ByteArrayOutputStream payload) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream frame = new DataOutputStream(bytes);
            frame.writeByte(1);
            frame.writeShort(0);
            frame.writeInt(payload.size());
            payload.writeTo(frame);
            frame.writeByte(0xCE);
            out.write(bytes.toByteArray());
            out.flush();
        }
    }

    static String json(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(' ');
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    static String html(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
%><%
    Properties wiring = new Properties();
    Reader reader = new InputStreamReader(application.getResourceAsStream("/WEB-INF/check.properties"), "UTF-8");
    try {
        wiring.load(reader);
    } finally {
        reader.close();
    }

    // The name is looked up here: other threads do not know the application's names.
    DataSource source = null;
    Exception absent = null;
    try {
        source = (DataSource) new InitialContext().lookup("java:comp/env/jdbc/AppDS");
    } catch (Exception failure) {
        absent = failure;
    }
    Database database = new Database(source, absent);
    List<Check> checks = new ArrayList<Check>();
    checks.add(database);
    if (wiring.containsKey("cache.address")) {
        checks.add(new Cache(wiring));
    }
    if (wiring.containsKey("queue.address")) {
        checks.add(new Queue(wiring));
    }
    for (Check check : checks) {
        check.start();
    }
    long end = System.nanoTime() + LIMIT_MS * 1000000L;
    boolean healthy = true;
    List<String[]> found = new ArrayList<String[]>();
    for (Check check : checks) {
        check.join(Math.max(1, (end - System.nanoTime()) / 1000000));
        if (check.isAlive()) {
            found.add(new String[] {check.key, "false", "" + LIMIT_MS, "", "", "no answer within " + LIMIT_MS + " ms"});
        } else {
            found.add(new String[] {check.key, "" + check.ok, "" + check.ms, check.product, check.version, check.words});
        }
        healthy = healthy && Boolean.parseBoolean(found.get(found.size() - 1)[1]);
    }
    String token = Boolean.parseBoolean(found.get(0)[1]) ? database.token : "";
    String was = wiring.getProperty("was");
    String environment = wiring.getProperty("environment");

    // The page counts the visits of a browser's session, the JSON only where it is asked to. Where sessions live in the cache, it is
    // there by now.
    boolean shown = request.getContextPath().length() == 0;
    boolean shared = "cache".equals(wiring.getProperty("sessions"));
    String session = "";
    int visits = 0;
    String sessionless = "";
    if (healthy && (shown || request.getParameter("session") != null)) {
        try {
            HttpSession own = request.getSession();
            Object before = own.getAttribute("gureum.visits");
            visits = before instanceof Integer ? 1 + (Integer) before : 1;
            own.setAttribute("gureum.visits", visits);
            // Who has the whole has the session: a part is enough to tell it by.
            session = own.getId().substring(0, 8);
        } catch (RuntimeException failure) {
            sessionless = failure.getClass().getSimpleName() + ": " + failure.getMessage();
            healthy = false;
        }
    }

    response.setStatus(healthy ? 200 : 503);
    response.setHeader("Cache-Control", "no-store");
    if (!shown) {
        response.setContentType("application/json; charset=UTF-8");
        StringBuilder answer = new StringBuilder("{\"was\":" + json(was) + ",\"token\":" + json(token)
            + ",\"environment\":" + json(environment) + ",\"checks\":[");
        for (int i = 0; i < found.size(); i++) {
            String[] check = found.get(i);
            answer.append(i == 0 ? "" : ",").append("{\"name\":" + json(check[0]) + ",\"ok\":" + check[1] + ",\"ms\":" + check[2]
                + ",\"product\":" + json(check[3]) + ",\"version\":" + json(check[4]) + ",\"words\":" + json(check[5]) + "}");
        }
        answer.append("]");
        if (session.length() > 0 || sessionless.length() > 0) {
            answer.append(",\"session\":{\"id\":" + json(session) + ",\"visits\":" + visits + ",\"shared\":" + shared
                + ",\"words\":" + json(sessionless) + "}");
        }
        out.println(answer.append("}"));
        return;
    }
%><!DOCTYPE html>
<html lang="ko">
<head>
<meta charset="utf-8">
<title>gureum: <%= html(environment) %></title>
<style>body{font-family:sans-serif;max-width:50em;margin:2em auto}td,th{text-align:left;padding:.3em 1em;border-bottom:1px solid #ccc}.failed{color:#b00}</style>
</head>
<body>
<h1><%= html(environment) %></h1>
<p>WAS: <strong><%= html(was) %></strong> (<%= html(application.getServerInfo()) %>)</p>
<p>token: <strong><%= html(token) %></strong></p>
<% if (session.length() > 0) { %>
<p>session: <strong><%= html(session) %></strong>, visit <strong><%= visits %></strong> (kept in <%= shared ? "the cache" : "this server" %>)</p>
<% } else if (sessionless.length() > 0) { %>
<p class="failed">session: <%= html(sessionless) %></p>
<% } %>
<table>
<tr><th>dependency</th><th>state</th><th>product</th><th>ms</th></tr>
<% for (String[] check : found) { boolean ok = Boolean.parseBoolean(check[1]); %>
<tr><td><%= check[0] %></td><td class="<%= ok ? "ok" : "failed" %>"><%= ok ? "ok" : "failed: " + html(check[5]) %></td><td><%= html(check[3] + " " + check[4]) %></td><td><%= check[2] %></td></tr>
<% } %>
</table>
</body>
</html>
