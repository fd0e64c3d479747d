import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import javax.net.SocketFactory;

/**
 * java -cp DRIVER:CLASSES Contract SOCKET DATABASE ROLE SCHEMA: what Metabase and other tools ask by JDBC. The role, which has the views
 * alone, lists them with columns, types and comments, reads each whole, and filters it by a text and a date; dates are the same whatever
 * the zone of the program, which the driver makes that of its session.
 */
public class Contract {
	static final Set<String> TYPES = Set.of("timestamptz", "date", "text", "int4", "int8", "float8", "bool");
	static final List<String> faults = new ArrayList<>();

	public static void main(String[] arguments) throws Exception {
		Map<String, String> first = null;
		int views = 0;
		for (String zone : new String[] { "UTC", "Asia/Tokyo", "America/New_York" }) {
			TimeZone.setDefault(TimeZone.getTimeZone(zone));
			Properties properties = new Properties();
			properties.setProperty("user", arguments[2]);
			properties.setProperty("socketFactory", "Contract$UnixSockets");
			properties.setProperty("socketFactoryArg", arguments[0]);
			properties.setProperty("sslmode", "disable");
			properties.setProperty("gssEncMode", "disable");
			try (Connection connection = DriverManager.getConnection("jdbc:postgresql://localhost/" + arguments[1], properties)) {
				Map<String, List<String>> columns = list(connection, arguments[3]);
				views = columns.size();
				Map<String, String> days = new TreeMap<>();
				for (Map.Entry<String, List<String>> view : columns.entrySet())
					read(connection, arguments[3] + "." + view.getKey(), view.getValue(), days);
				if (first == null)
					first = days;
				else if (!first.equals(days))
					faults.add("dates are others in " + zone + ": " + days + ", not " + first);
			}
		}
		if (views < 20)
			faults.add("there are but " + views + " views");
		if (first.size() < 20)
			faults.add("there are but " + first.size() + " dates");
		faults.forEach(System.out::println);
		System.out.println(views + " views, " + first.size() + " columns of dates, " + faults.size() + " faults");
		System.exit(faults.isEmpty() ? 0 : 1);
	}

	/** The views that the role may read, each with its columns ("type name"). */
	static Map<String, List<String>> list(Connection connection, String schema) throws SQLException {
		Map<String, List<String>> found = new TreeMap<>();
		try (ResultSet views = connection.getMetaData().getTables(null, schema, "%", new String[] { "VIEW" })) {
			while (views.next()) {
				String view = views.getString("TABLE_NAME");
				if (!may(connection, schema + "." + view))
					continue;
				if (views.getString("REMARKS") == null)
					faults.add(view + " has no comment");
				List<String> names = new ArrayList<>();
				try (ResultSet columns = connection.getMetaData().getColumns(null, schema, view, "%")) {
					while (columns.next()) {
						String column = columns.getString("COLUMN_NAME");
						String type = columns.getString("TYPE_NAME");
						if (columns.getString("REMARKS") == null)
							faults.add(view + "." + column + " has no comment");
						if (!TYPES.contains(type) && !view.startsWith("routed_"))
							faults.add(view + "." + column + " is of type " + type);
						names.add(type + " " + column);
					}
				}
				found.put(view, names);
			}
		}
		return found;
	}

	static boolean may(Connection connection, String view) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("SELECT has_table_privilege(?, 'SELECT')")) {
			statement.setString(1, view);
			try (ResultSet result = statement.executeQuery()) {
				result.next();
				return result.getBoolean(1);
			}
		}
	}

	/** The whole view; then by its first text and its first date, as parameters; the sum of each date goes to days. */
	static void read(Connection connection, String view, List<String> columns, Map<String, String> days) throws SQLException {
		int rows = 0;
		String text = null;
		LocalDate day = null;
		String textColumn = columns.contains("text value_stream") ? "value_stream" : null;
		String dayColumn = null;
		for (String column : columns)
			if (dayColumn == null && column.startsWith("date "))
				dayColumn = column.substring(5);
		long[] sums = new long[columns.size()];
		try (PreparedStatement statement = connection.prepareStatement("SELECT * FROM " + view);
				ResultSet result = statement.executeQuery()) {
			while (result.next()) {
				rows++;
				for (int i = 0; i < columns.size(); i++) {
					String column = columns.get(i);
					Object value = result.getObject(i + 1);
					if (value instanceof Double number && (number.isNaN() || number.isInfinite()))
						faults.add(view + "." + column + " is " + number);
					if (column.startsWith("date ") && value != null)
						sums[i] += result.getObject(i + 1, LocalDate.class).toEpochDay();
				}
				if (textColumn != null && text == null)
					text = result.getString(textColumn);
				if (dayColumn != null && day == null)
					day = result.getObject(dayColumn, LocalDate.class);
			}
		}
		for (int i = 0; i < columns.size(); i++)
			if (columns.get(i).startsWith("date ") && rows > 0)
				days.put(view + "." + columns.get(i).substring(5), rows + " rows, " + sums[i]);
		if (text != null && count(connection, view + " WHERE " + textColumn + " = ?", text) == 0)
			faults.add(view + " has no row with " + textColumn + " = " + text + ", which it has");
		if (day != null && count(connection, view + " WHERE " + dayColumn + " = ?", day) == 0)
			faults.add(view + " has no row with " + dayColumn + " = " + day + ", which it has");
	}

	static int count(Connection connection, String from, Object value) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM " + from)) {
			if (value instanceof String text)
				statement.setString(1, text);
			else
				statement.setObject(1, value);
			try (ResultSet result = statement.executeQuery()) {
				result.next();
				return result.getInt(1);
			}
		}
	}

	/** Sockets in the file system, which is where a throwaway cluster listens; the driver wants them as java.net.Socket. */
	public static class UnixSockets extends SocketFactory {
		private final String path;

		public UnixSockets(String path) {
			this.path = path;
		}

		@Override
		public Socket createSocket() {
			return new UnixSocket(path);
		}

		@Override
		public Socket createSocket(String host, int port) {
			return createSocket();
		}

		@Override
		public Socket createSocket(String host, int port, java.net.InetAddress local, int localPort) {
			return createSocket();
		}

		@Override
		public Socket createSocket(java.net.InetAddress host, int port) {
			return createSocket();
		}

		@Override
		public Socket createSocket(java.net.InetAddress host, int port, java.net.InetAddress local, int localPort) {
			return createSocket();
		}
	}

	static class UnixSocket extends Socket {
		private final String path;
		private SocketChannel channel;

		UnixSocket(String path) {
			this.path = path;
		}

		@Override
		public void connect(SocketAddress address, int timeout) throws IOException {
			channel = SocketChannel.open(StandardProtocolFamily.UNIX);
			channel.connect(UnixDomainSocketAddress.of(path));
		}

		@Override
		public void connect(SocketAddress address) throws IOException {
			connect(address, 0);
		}

		@Override
		public InputStream getInputStream() {
			return Channels.newInputStream(channel);
		}

		@Override
		public OutputStream getOutputStream() {
			return Channels.newOutputStream(channel);
		}

		@Override
		public boolean isConnected() {
			return channel != null && channel.isConnected();
		}

		@Override
		public void close() throws IOException {
			if (channel != null)
				channel.close();
		}

		@Override
		public void setSoTimeout(int timeout) {
		}

		@Override
		public int getSoTimeout() {
			return 0;
		}

		@Override
		public void setTcpNoDelay(boolean on) {
		}

		@Override
		public void setKeepAlive(boolean on) {
		}

		@Override
		public int getSendBufferSize() {
			return 8192;
		}
	}
}
